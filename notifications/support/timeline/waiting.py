"""One sentence: where a message is now, what it waits for, or what came of it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings

from notifications.lifecycle.holding import HELD_UNTIL
from notifications.models import CallbackDelivery, DeliveryEvent, FailingEndpoint, Notification
from notifications.statuses import FAILED, NEVER_SENT_LETTERS, Status
from notifications.support.timeline.ahead import gives_up_at
from notifications.support.timeline.endings import explain
from notifications.support.timeline.facts import Facts
from notifications.support.timeline.holds import active_holds_for
from notifications.support.timeline.lane import (
    MOST_BEFORE,
    Providers,
    count_before,
    providers_for,
)
from notifications.support.timeline.letter_waiting import why_letter_waits
from notifications.support.timeline.sending import attempt_words
from notifications.support.timeline.steps import Tone
from notifications.support.timeline.why import Why
from notify_project.clock import duration_words, london_words

__all__ = ["Why", "why"]

# No provider needs as long for a receipt of a phone that is on.
_LONG_WITHOUT_RECEIPT: Final = timedelta(hours=4)
# What is due later than any retry is held.
_NO_RETRY_IN: Final = timedelta(days=365)
_CLEAR: Final = "Nothing; it goes on by itself."


def why(facts: Facts) -> Why:
    """Say where a message is, and why it is not further."""
    live = facts.live
    if live is None:
        found = _gone(facts)
    elif facts.row.status == Status.CREATED and not facts.is_letter:
        found = _why_not_sent(live, facts)
    elif facts.row.status in {Status.SENDING, Status.PENDING} and not facts.is_letter:
        found = _without_receipt(facts)
    elif facts.is_letter and live.status in {
        Status.CREATED,
        Status.PENDING_VIRUS_CHECK,
        Status.SENDING,
    }:
        found = _held(live) or why_letter_waits(live, facts)
    else:
        found = _ended(facts)
    return Why(found.sentence, found.advice, found.tone, tuple(_untold(facts)))


def _why_not_sent(row: Notification, facts: Facts) -> Why:
    """Go through all that keeps a worker from it; the first that does is said."""
    return (
        _leased(row, facts)
        or _held(row)
        or _stopped(row, facts.now)
        or _retries_or_is_due(row, facts)
    )


def _leased(row: Notification, facts: Facts) -> Why | None:
    if row.claimed_until is None or row.claimed_until <= facts.now:
        return None
    return Why(
        f"A worker has it: attempt {row.delivery_attempts} is under way. Nobody else takes it "
        f"before {london_words(row.claimed_until)}.",
        _CLEAR,
    )


def _stopped(row: Notification, now: datetime) -> Why | None:
    if row.next_attempt_at == HELD_UNTIL:
        return Why(
            "It is held back: its job is paused.",
            "Resume the job on its page, or cancel it.",
            Tone.WARNING,
        )
    if row.next_attempt_at is not None and row.next_attempt_at - now > _NO_RETRY_IN:
        return Why("It is held back.", "Release what it belongs to.", Tone.WARNING)
    if not row.service.active:
        return Why(
            "Its service is archived: the next attempt ends it without sending it.",
            "Nothing: an archived service sends nothing.",
            Tone.WARNING,
        )
    return None


def _retries_or_is_due(row: Notification, facts: Facts) -> Why:
    if row.next_attempt_at is not None and row.next_attempt_at > facts.now:
        return _retries(row, facts)
    return _due(row, facts)


def _held(row: Notification) -> Why | None:
    holds = active_holds_for(row)
    if not holds:
        return None
    first = holds[0]
    by = f" by {first.by}" if first.by else ""
    more = f" {len(holds) - 1} more hold it as well." if len(holds) > 1 else ""
    return Why(
        f"It is held back: {first.what} is held since {london_words(first.since)}{by}, because "
        f"“{first.reason}”.{more}",
        "Release the hold when its reason is over.",
        Tone.WARNING,
    )


def _retries(row: Notification, facts: Facts) -> Why:
    at = london_words(row.next_attempt_at) if row.next_attempt_at else ""
    attempts = [each for each in facts.events if each.kind == DeliveryEvent.Kind.ATTEMPT]
    if attempts:
        last = attempts[-1]
        code = f" ({last.code})" if last.code else ""
        after = f", because {attempt_words(last)}{code}"
    else:
        after = f", because {row.failed_provider} failed" if row.failed_provider else ""
    return Why(
        f"It is tried again on {at}{after}. {_attempts_left(row)}",
        "Nothing, unless many wait: then look at the provider's page.",
        Tone.WARNING,
    )


def _attempts_left(row: Notification) -> str:
    left = settings.DELIVERY_RETRIES + 1 - row.delivery_attempts
    if left <= 0:
        return "It was the last attempt but this one."
    return f"So far {row.delivery_attempts} attempts; {left} are left."


def _due(row: Notification, facts: Facts) -> Why:
    providers = providers_for(row)
    waits = facts.now - max(
        each for each in (row.created_at, row.claimed_until, row.next_attempt_at) if each
    )
    before = count_before(row, facts.now)
    many = f"{before:,}" if before < MOST_BEFORE else f"{MOST_BEFORE:,} or more"
    queue = "nothing is" if not before else f"{many} {'is' if before == 1 else 'are'}"
    sentence = (
        f"It has waited {duration_words(waits)} for a worker of the lane {row.lane}; {queue} "
        "before it."
    )
    if row.claimed_until is not None and row.delivery_attempts:
        sentence = (
            f"A worker took it for attempt {row.delivery_attempts} and never said what came of it; "
            f"it may have been sent. {sentence}"
        )
    if row.is_real and len(providers.failing) == len(providers.active):
        return _without_provider(sentence, providers)
    if waits > timedelta(seconds=settings.RESEND_CREATED_AFTER_SECONDS):
        return Why(
            sentence,
            "That is long: see that workers of this lane run, and whether one service has sent "
            "very much.",
            Tone.WARNING,
        )
    return Why(sentence, _CLEAR)


def _without_provider(sentence: str, providers: Providers) -> Why:
    if not providers.active:
        return Why(
            f"{sentence} No provider of this channel is switched on.",
            "Switch a provider on: the messages that wait go out by themselves.",
            Tone.BAD,
        )
    names = " and ".join(
        f"{name} fails since {london_words(since)}" for name, since in providers.failing
    )
    return Why(
        f"{sentence} No provider answers: {names}.",
        "Look at the providers' pages and at their own status pages.",
        Tone.BAD,
    )


def _without_receipt(facts: Facts) -> Why:
    row = facts.row
    since = row.sent_at or row.updated_at or row.created_at
    waits = facts.now - since
    ends = london_words(gives_up_at(row.created_at))
    word = "has accepted it and holds it" if row.status == Status.PENDING else "has it"
    is_long = waits > _LONG_WITHOUT_RECEIPT
    return Why(
        f"{row.sent_by or 'The provider'} {word}; its receipt has been awaited for "
        f"{duration_words(waits)}. Without one it becomes a temporary failure on {ends}.",
        "The phone may be off. If many wait, see whether receipts of this provider arrive."
        if is_long
        else _CLEAR,
        Tone.WARNING if is_long else Tone.PLAIN,
    )


def _ended(facts: Facts) -> Why:
    row = facts.row
    ending = explain(row.status, row.notification_type, getattr(row, "failure_reason", None))
    is_bad = row.status in FAILED or row.status in NEVER_SENT_LETTERS
    words = _since(facts) + (f": {ending.why[:1].lower()}{ending.why[1:]}." if ending.why else ".")
    if facts.complaints:
        return Why(f"{words} The recipient called it spam.", ending.advice, Tone.WARNING)
    return Why(words, ending.advice, Tone.BAD if is_bad else Tone.GOOD)


def _since(facts: Facts) -> str:
    """Say since when a message has been as it is, and after how long it was."""
    row = facts.row
    at = row.updated_at or row.sent_at or row.created_at
    took = duration_words(at - row.created_at)
    return f"Since {london_words(at)}, {took} after it was accepted"


def _gone(facts: Facts) -> Why:
    """Say the same of a message that retention has deleted, and that it has."""
    found = _ended(facts)
    return Why(
        f"{found.sentence} Its time was over after {facts.days_kept} days: to whom it went and "
        "what it said is deleted, and so are the answers of providers.",
        found.advice,
        found.tone,
    )


def _untold(facts: Facts) -> Iterator[str]:
    """Yield why the service does not know it yet."""
    waiting = [each for each in facts.calls if each.state == CallbackDelivery.State.WAITING]
    if not waiting:
        return
    endpoints = {
        each.callback_type: each
        for each in FailingEndpoint.objects.filter(
            service=facts.row.service_id, callback_type__in={row.callback_type for row in waiting}
        )
    }
    for call in waiting:
        failing = endpoints.get(call.callback_type)
        sentence = f"The service is not told yet of “{call.event_key}”"
        if failing is not None:
            sentence += (
                f": its endpoint fails since {london_words(failing.first_failed_at)} "
                f"({failing.last_error})"
            )
        elif call.last_error or call.last_response_code:
            sentence += f": its last answer was {call.last_response_code or call.last_error}"
        if call.next_attempt_at is not None and call.next_attempt_at > facts.now:
            sentence += f"; it is tried again on {london_words(call.next_attempt_at)}"
        yield f"{sentence}."
