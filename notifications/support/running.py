"""What the steps of one look or one erasure share: whom, since when, and what was counted."""

from collections.abc import Callable
from dataclasses import dataclass

from notifications.models import PersonRequest
from notifications.support.person import Person
from notify_project.api.errors import BadRequest
from services.models import User


class Unaccountable(BadRequest):
    """It is not said why, or for which case, or that would tell who it is."""


# Is told how far the work has come; never anything personal.
Tell = Callable[[str], None]
BATCH = 200


@dataclass(frozen=True)
class Erasing:
    """An erasure that goes on.

    Attributes:
        request: its row, which counts.
        actor: who asked for it; None is somebody at the command line, or a program.
    """

    person: Person
    request: PersonRequest
    actor: User | None
    tell: Tell

    def count(self, store: str, by: int = 1) -> None:
        """Count what was erased, in the transaction that erased it."""
        if by:
            counts = self.request.counts
            counts[store] = counts.get(store, 0) + by
            self.request.save(update_fields=["counts"])


def require_reason(person: Person, reason: str, case_reference: str) -> None:
    """Check that a request can be accounted for, and that its account names nobody.

    Raises:
        Unaccountable: it cannot; the message says why.
    """
    if not reason.strip():
        raise Unaccountable("Say why")
    if any(map(person.is_told_by, (reason, case_reference))):
        raise Unaccountable("Reason and case are kept: they must not name the person")
