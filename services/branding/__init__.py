"""Whose logo emails show."""
