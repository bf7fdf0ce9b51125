"""What people text to a service's number."""
