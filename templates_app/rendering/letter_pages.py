"""How much paper a letter takes, and what a PDF may be that is a part of one."""

# Source: the API contract, pages and sheets of letters.
PAGES_OF_A_SHEET = 2
MAX_PAGES = 10
# Source: the API contract, other letters.
MAX_BYTES = 5 * 1024 * 1024
UNREADABLE = "unable-to-read-the-file"


def sheets_of(pages: int) -> int:
    """Return how many sheets pages take, printed on both sides: what a letter is charged for."""
    return -(-pages // PAGES_OF_A_SHEET)
