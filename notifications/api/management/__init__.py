"""The management API of the sending: files of recipients, and their jobs."""
