"""Signing in with a second factor, and what of it people look after themselves."""
