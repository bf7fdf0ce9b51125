"""Count the pages of a letter, and the sheets of paper that they take."""

# Source: the API contract, pages and sheets of letters.
PAGES_OF_A_SHEET = 2
MAX_PAGES = 10


def sheets_of(pages: int) -> int:
    """Return how many sheets pages take, printed on both sides: what a letter is charged for."""
    return -(-pages // PAGES_OF_A_SHEET)
