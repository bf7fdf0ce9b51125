"""From acceptance to the outcome: what providers were asked and what they said."""

from collections.abc import Iterator
from typing import Final

from notifications.jobs.words import message_in_words
from notifications.models import DeliveryEvent
from notifications.receipts.apply import UNKNOWN
from notifications.statuses import COMPLETED, FAILED, Status
from notifications.support.timeline.endings import explain
from notifications.support.timeline.facts import Facts
from notifications.support.timeline.steps import Kind, Step, Tone

# The first recipient of a file is in row 2; jobs count from 0.
FIRST_ROW: Final = 2
_Attempt = DeliveryEvent.Attempt
_ATTEMPTS: Final = {
    _Attempt.NOT_TAKEN: "{} did not take it: it was surely not sent",
    _Attempt.THROTTLED: "{} wants fewer messages a second",
    _Attempt.UNKNOWN: "{} gave no clear answer: it may have been sent",
    _Attempt.REFUSED: "{} refused it for good",
    _Attempt.RECIPIENT_REFUSED: "{} says that there is no such recipient",
    _Attempt.NO_PROVIDER: "no provider of this channel was switched on",
    _Attempt.NOT_PREPARED: "it could not be made from its template and values",
}


def sending_steps(facts: Facts) -> Iterator[Step]:
    """Yield the way of a message through the queue and its provider."""
    yield _accepted(facts)
    for event in facts.events:
        yield _attempt(event) if event.kind == DeliveryEvent.Kind.ATTEMPT else _receipt(event)
    yield from _taken(facts)
    yield from _outcome(facts)
    for complaint in facts.complaints:
        at, provider = complaint.created_at, complaint.provider
        yield Step(at, Kind.RECEIPT, f"{provider} says: the recipient called it spam", Tone.WARNING)


def attempt_words(event: DeliveryEvent) -> str:
    """Say how an attempt ended that the provider did not take."""
    return _ATTEMPTS[_Attempt(event.outcome)].format(event.provider)


def _accepted(facts: Facts) -> Step:
    return Step(
        facts.row.created_at,
        Kind.ACCEPTED,
        "Accepted",
        details=(_origin(facts), *_queue(facts)),
    )


def _origin(facts: Facts) -> str:
    row = facts.row
    if row.job_row_number is not None:
        job = facts.origin.job
        name = job.original_file_name if job else "a file"
        return f"Row {row.job_row_number + FIRST_ROW} of {name}"
    if (key := facts.origin.api_key) is not None:
        return f"By the API, with the {key.key_type} key “{key.name}”"
    if (person := facts.origin.person) is not None:
        return f"Sent by {person.name} on a page"
    return "Sent by the platform itself"


def _queue(facts: Facts) -> list[str]:
    row = facts.live
    if row is None:
        return []
    words = [] if row.is_real else ["A test: no provider is given it"]
    return [f"Queued in the lane {row.lane}", *words]


def _attempt(event: DeliveryEvent) -> Step:
    number = f"Attempt {event.attempt}: " if event.attempt else ""
    words = attempt_words(event)
    details = [f"Code {event.code}"] if event.code else []
    if event.duration_ms is not None:
        details.append(f"The call took {event.duration_ms:,} ms")
    is_final = event.outcome in {_Attempt.REFUSED, _Attempt.RECIPIENT_REFUSED}
    tone = Tone.BAD if is_final else Tone.WARNING
    return Step(event.at, Kind.ATTEMPT, f"{number}{words}", tone, tuple(details), event.raw)


def _receipt(event: DeliveryEvent) -> Step:
    provider = event.provider or "The printer"
    if event.outcome == UNKNOWN:
        words = f"{provider} reports something that nobody here knows"
    else:
        words = f"{provider} reports: {event.outcome}"
    if not event.is_applied:
        words += ", which changed nothing"
    details = [f"Code {event.code}"] if event.code else []
    if not event.is_applied and event.outcome != UNKNOWN:
        details.append("It came late or twice, or from where receipts are not to be trusted")
    tone = Tone.BAD if event.is_applied and event.outcome in FAILED else Tone.WARNING
    return Step(event.at, Kind.RECEIPT, words, tone, tuple(details))


def _taken(facts: Facts) -> Iterator[Step]:
    row = facts.row
    if row.sent_at is None:
        return
    details = []
    if row.reference:
        details.append(f"Its name there: {row.reference}")
    if row.billable_units:
        unit = "sheet" if facts.is_letter else "fragment"
        details.append(f"{row.billable_units} {unit}{'' if row.billable_units == 1 else 's'}")
    words = f"{row.sent_by or 'A provider'} took it"
    if facts.live is not None and facts.live.delivery_attempts > 1:
        words += f", at attempt {facts.live.delivery_attempts}"
    yield Step(row.sent_at, Kind.ATTEMPT, words, Tone.GOOD, tuple(details))


def _outcome(facts: Facts) -> Iterator[Step]:
    row = facts.row
    is_final = row.status in COMPLETED | {Status.VIRUS_SCAN_FAILED}
    if row.updated_at is None or not is_final or row.status == Status.SENT:
        return
    ending = explain(row.status, row.notification_type, getattr(row, "failure_reason", None))
    tone = Tone.GOOD if row.status == Status.DELIVERED else Tone.BAD
    words = message_in_words(row.status, row.notification_type)
    yield Step(row.updated_at, Kind.OUTCOME, words, tone, (ending.why,) if ending.why else ())
