"""Requests in: sending and reading."""
