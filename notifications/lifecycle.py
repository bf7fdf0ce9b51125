"""The only writer of a notification's status, in both tables at once."""
