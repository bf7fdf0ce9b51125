"""In Britain."""
