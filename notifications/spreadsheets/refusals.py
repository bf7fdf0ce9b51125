"""Refuse files that cannot be read, with the words people see."""

# The name people know the product by.
PRODUCT_NAME = "Notify"

# Source: the API contract, reading a file.
MAX_FILE_BYTES = 10 * 1024 * 1024
MAX_COLUMNS = 1_000
MAX_ROWS_READ = 200_000
MAX_ROWS = 100_000
# The longest cell that CSV text can hold: the csv module's own limit.
MAX_CELL_CHARACTERS = 131_072
# Beyond this a row is nothing that anybody wrote.
MAX_ROW_CHARACTERS = 1_000_000

NOT_A_SPREADSHEET = f"The file must be a spreadsheet that {PRODUCT_NAME} can read"
TOO_LARGE = "The file must be smaller than 10MB"
UNREADABLE = f"{PRODUCT_NAME} cannot read this file - try using a different file type"
NOT_UTF8 = (
    f"{PRODUCT_NAME} cannot read the characters in this file - save it as ‘CSV UTF-8’, or send the "
    "spreadsheet itself"
)
UNREADABLE_VALUES = f"{PRODUCT_NAME} cannot read this file - try saving it as a CSV instead"
TOO_MANY_COLUMNS = (
    f"Your file has too many columns ({PRODUCT_NAME} can process up to {MAX_COLUMNS:,} columns)"
)
TOO_MANY_ROWS = (
    f"Your file has too many rows ({PRODUCT_NAME} can process up to {MAX_ROWS:,} rows at once)"
)


class FileRefused(ValueError):
    """A file cannot be used; ``message`` tells the person who chose it why."""

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(message)
