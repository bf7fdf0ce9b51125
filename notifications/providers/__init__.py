"""One file a provider, and what they have in common."""
