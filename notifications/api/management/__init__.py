"""The part of the management API that is about messages, mailings and what became of them."""
