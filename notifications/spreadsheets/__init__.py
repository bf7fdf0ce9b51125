"""Read files of recipients: spreadsheets to CSV text, CSV text to rows, rows to what to mend.

Nothing here sends, stores or asks a database: what is known of a service comes as arguments.
"""
