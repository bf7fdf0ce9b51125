"""Questions that an upper app answers."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from notify_project.hooks import Question


@dataclass(frozen=True, slots=True)
class LetterPrice:
    """What the price of a letter depends on.

    Attributes:
        crown: whether its service is a crown body; None if that was never said.
    """

    day: date
    sheets: int
    postage: str
    crown: bool | None


sms_rate: Question[date, Decimal] = Question("sms rate of a London day", default=Decimal(0))
letter_rate: Question[LetterPrice, Decimal] = Question("price of a letter", default=Decimal(0))
free_fragments_left: Question[UUID, int] = Question(
    "free fragments that a service has left this financial year", default=0
)
