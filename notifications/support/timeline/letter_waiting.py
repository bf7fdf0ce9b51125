"""What a letter waits for: its check, its pages, its print run, the printer."""

from notifications.letters.cancel import begin_of_printing, is_printing_begun
from notifications.models import LetterPrintBatch, Notification
from notifications.statuses import Status
from notifications.support.timeline.facts import Facts
from notifications.support.timeline.steps import Tone
from notifications.support.timeline.why import Why
from notify_project.clock import duration_words, london_words
from notify_project.constants import KeyType

_State = LetterPrintBatch.State
_CLEAR = "Nothing; it goes on by itself."


def why_letter_waits(row: Notification, facts: Facts) -> Why:
    """Say what a letter waits for that has no outcome."""
    if row.status == Status.PENDING_VIRUS_CHECK:
        return _unchecked(row, facts)
    if not row.is_real or row.key_type != KeyType.NORMAL:
        return Why("It is a test: its outcome is made up in a minute, and nothing is printed.")
    if row.status == Status.SENDING:
        return _with_printer(row, facts)
    return _not_printed(row, facts)


def _not_printed(row: Notification, facts: Facts) -> Why:
    if row.claimed_until is not None and row.claimed_until > facts.now:
        return Why(f"A worker has it until {london_words(row.claimed_until)}.", _CLEAR)
    if row.billable_units == 0:
        return _without_pages(row, facts)
    return _ready(row, facts)


def _unchecked(row: Notification, facts: Facts) -> Why:
    waits = duration_words(facts.now - row.created_at)
    if row.next_attempt_at is not None and row.next_attempt_at > facts.now:
        at = london_words(row.next_attempt_at)
        return Why(
            f"Its PDF has waited {waits} for its virus check; {row.delivery_attempts} tries "
            f"failed, the next is on {at}.",
            "See that the virus scanner answers.",
            Tone.WARNING,
        )
    return Why(f"Its PDF has waited {waits} for its virus check.", _CLEAR)


def _without_pages(row: Notification, facts: Facts) -> Why:
    if row.next_attempt_at is not None and row.next_attempt_at > facts.now:
        return Why(
            f"Its pages could not be made at {row.delivery_attempts} tries; the next is on "
            f"{london_words(row.next_attempt_at)}.",
            "Look at the log for its id.",
            Tone.WARNING,
        )
    return Why("It waits for a worker to make its pages.", _CLEAR)


def _ready(row: Notification, facts: Facts) -> Why:
    batch = facts.printing.batches[-1] if facts.printing.batches else None
    if batch is not None and batch.state == _State.UNCLEAR:
        return Why(
            f"Whether {batch.provider} has its batch is not known: a person must decide.",
            "Ask the printer, then decide on the page of the batch.",
            Tone.BAD,
        )
    if batch is not None and batch.state in {_State.PLANNED, _State.UPLOADING}:
        again = ""
        if row.next_attempt_at is not None and row.next_attempt_at > facts.now:
            again = f" It is tried again on {london_words(row.next_attempt_at)}."
        return Why(
            f"It is in the print run of {batch.print_day:%-d %B %Y} and is being handed over to "
            f"{batch.provider}.{again}",
            _CLEAR,
            Tone.WARNING if again else Tone.PLAIN,
        )
    begin = begin_of_printing(row.created_at)
    if is_printing_begun(row.created_at, facts.now):
        return Why(
            f"It should have been printed with the run of {begin}, and was not: the next run "
            "takes it.",
            "If more letters were left, see that the schedule and workers of letters run.",
            Tone.WARNING,
        )
    return Why(
        f"It waits for its print run: {begin}, in London.", "Until then it can be cancelled."
    )


def _with_printer(row: Notification, facts: Facts) -> Why:
    since = row.sent_at or row.updated_at or row.created_at
    waits = facts.now - since
    is_long = waits.days >= 3
    return Why(
        f"{row.sent_by or 'The printer'} has it since {london_words(since)} and has not said that "
        "it is posted.",
        "Ask the printer for it by its reference." if is_long else _CLEAR,
        Tone.WARNING if is_long else Tone.PLAIN,
    )
