"""What the management API does with messages."""
