"""What happened to a message, what it waits for, and what came of it: for people who ask."""
