"""What a text or a letter costs, wherever it is asked: before it is sent and after.

The prices themselves are rows of the app above, which also bills by them.
"""

from datetime import date
from decimal import Decimal

from notifications import hooks


def text_price(day: date, *, fragments: int, multiplier: int = 1) -> Decimal:
    """Return the pounds of a text of a London day, without a free allowance."""
    return fragments * multiplier * hooks.sms_rate(day)


def letter_price(day: date, *, sheets: int, postage: str, crown: bool | None) -> Decimal:
    """Return the pounds of a letter of a London day: nothing for one without sheets."""
    if not sheets:
        return Decimal(0)
    return hooks.letter_rate(hooks.LetterPrice(day, sheets, postage, crown))
