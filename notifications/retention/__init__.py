"""The end of retention: what is deleted, and when."""
