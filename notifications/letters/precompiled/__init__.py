"""Letters that come as a PDF: scanned, checked, made ready for the printer."""
