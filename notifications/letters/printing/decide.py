"""What a person decides of a file of which nobody knows whether the printer has it."""

from django.db import transaction

from notifications.letters.printing import file_states
from notifications.models import LetterPrintBatch
from notify_project import audit, clock


class NotUnclear(Exception):
    """There is no such file, or what has become of it is known."""


def decide(file_name: str, *, is_printed: bool, reason: str = "") -> int:
    """Record what a person has found out; return of how many letters.

    Those that are not printed are taken by the next run.

    Raises:
        NotUnclear: there is nothing to decide; nothing was changed.
    """
    batch = LetterPrintBatch.objects.filter(file_name=file_name).first()
    if batch is None:
        raise NotUnclear("there is no print batch of that name")
    if batch.state != LetterPrintBatch.State.UNCLEAR:
        raise NotUnclear(f"the print batch is {batch.state}")
    with transaction.atomic():
        if is_printed:
            file_states.finish(batch, clock.now())
        else:
            file_states.fail(batch)
        audit.record(
            "decide print batch",
            batch,
            actor=None,
            service_id=batch.service_id,
            before={"state": batch.state},
            after={"printed": is_printed},
            reason=reason,
        )
    return batch.letter_count
