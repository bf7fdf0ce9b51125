"""What the service was told of its message, each try of it, and what people did."""

from collections.abc import Iterator

from notifications.models import CallbackAttempt, CallbackDelivery
from notifications.support.timeline.facts import Facts
from notifications.support.timeline.steps import Kind, Step, Tone
from notify_project.models import AuditEvent
from services.models import User

_State = CallbackDelivery.State
_ENDED = {
    _State.DONE: ("The service was told: {}", Tone.GOOD),
    _State.GIVEN_UP: ("Telling the service was given up: {}", Tone.BAD),
    _State.DROPPED: ("The service does not want to be told any more: {}", Tone.WARNING),
}


def telling_steps(facts: Facts) -> Iterator[Step]:
    """Yield what a service was told, and how often it was tried."""
    events = {call.id: _event(call) for call in facts.calls}
    for each in facts.tries:
        # The last try of what was told is said with it.
        if each.error or not _is_success(each):
            yield _failed(each, events[each.delivery_id])
    for call in facts.calls:
        if call.finished_at is None or call.state not in _ENDED:
            continue
        words, tone = _ENDED[_State(call.state)]
        tries = f"{call.attempts} attempt{'' if call.attempts == 1 else 's'}"
        answer = f", the answer was {call.last_response_code}" if call.last_response_code else ""
        what = words.format(_event(call))
        yield Step(call.finished_at, Kind.CALLBACK, what, tone, (f"{tries}{answer}",))


def staff_steps(facts: Facts) -> Iterator[Step]:
    """Yield what people and programs did to a message, or looked at."""
    for act in facts.acts:
        details = [f"Reason: {act.reason}"] if act.reason else []
        if changes := _changes(act):
            details.insert(0, changes)
        yield Step(
            act.created_at,
            Kind.STAFF,
            f"{_name(act.actor)}: {act.action}",
            Tone.PLAIN,
            tuple(details),
        )

    for each in facts.bulk:
        if each.started_at is not None:
            reach = f"It changed {each.done:,} of the {each.found:,} messages that it was for"
            yield Step(
                each.started_at,
                Kind.STAFF,
                f"{_name(each.actor)}: bulk action, {each.get_act_display()}",
                Tone.PLAIN,
                (f"{reach}; this one lies within its filter", f"Reason: {each.reason}"),
            )


def _event(call: CallbackDelivery) -> str:
    return f"{call.callback_type} {call.event_key}".replace("_", " ").replace(
        "delivery status ", ""
    )


def _is_success(each: CallbackAttempt) -> bool:
    return each.response_code is not None and 200 <= each.response_code < 300


def _failed(each: CallbackAttempt, event: str) -> Step:
    answer = f"answered {each.response_code}" if each.response_code else each.error
    details = (f"Attempt {each.attempt}: {answer} after {each.duration_ms:,} ms",)
    words = f"The service could not be told: {event}"
    return Step(each.began_at, Kind.CALLBACK, words, Tone.WARNING, details)


def _name(person: User | None) -> str:
    if person is None:
        return "A program or a command"
    return person.name or person.email_address


def _changes(act: AuditEvent) -> str:
    before, after = act.before or {}, act.after or {}
    told = [
        f"{name}: {before[name]} → {value}" if name in before else f"{name}: {value}"
        for name, value in after.items()
        if name not in before or before[name] != value
    ]
    return "; ".join(told).replace("_", " ")
