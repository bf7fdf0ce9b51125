"""Read cells the way people see them, and write cells that do nothing but show."""

from notify_project.recipients.characters import remove_obscure

# What spreadsheet programs take for the beginning of a formula, and run; some of them also in the
# wide form of East Asian keyboards.
_STARTS_OF_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001
_CHARACTERS_OF_NUMBERS = frozenset("+-() .0123456789")


def clean_cell(text: str) -> str:
    """Return what a cell says, without the white space nobody sees."""
    return remove_obscure(text).strip()


def harmless(text: str) -> str:
    """Keep a value from becoming a formula; signs in front of phone numbers are none."""
    if text.startswith(_STARTS_OF_FORMULAS) and not _CHARACTERS_OF_NUMBERS.issuperset(text):
        return f"'{text}"
    return text
