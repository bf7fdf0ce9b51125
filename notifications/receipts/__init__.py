"""What providers report about messages they took."""
