"""Waiting rows to providers: claim, render, call, record."""
