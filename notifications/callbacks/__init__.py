"""What services must be told."""
