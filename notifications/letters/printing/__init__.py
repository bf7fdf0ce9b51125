"""The day's print run: which letters, in which batches, and their hand-over to the printer."""
