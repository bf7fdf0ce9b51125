"""Files of recipients that are sent: one message a row, each row exactly once."""
