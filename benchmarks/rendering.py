"""Measure rendering and recipients against the libraries they stand on; needs no server."""
