"""Name what keeps a row from being sent."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """Kinds of problem, in the order in which people read of them."""

    RECIPIENT = "recipient"
    MISSING = "missing"
    TOO_LONG = "message-too-long"
    EMPTY = "message-empty"
    QR_CODE = "qr-code-too-long"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a row.

    Attributes:
        kind: which rows are counted together.
        message: the words of the API contract.
        key: of the field that is wrong; None if the row as a whole is.
        advice: what to do, where the message does not say.
    """

    kind: Kind
    message: str
    key: str | None = None
    advice: str | None = None

    @property
    def what_to_do(self) -> str:
        """Return what a person should mend."""
        return self.advice or self.message
