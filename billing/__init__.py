"""What it cost: rates and daily facts."""
