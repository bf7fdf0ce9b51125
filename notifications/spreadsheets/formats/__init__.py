"""Turn each kind of spreadsheet into rows of text; every reader streams and bounds its work."""
