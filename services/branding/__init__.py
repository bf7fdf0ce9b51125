"""Whose logo emails and letters show."""
