"""Files that emails link to."""
