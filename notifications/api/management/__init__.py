"""The management API: messages that were sent, and what became of them."""
