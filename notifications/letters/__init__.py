"""References of letters."""
