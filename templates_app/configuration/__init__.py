"""Organisations, services and templates, declared in a file."""
