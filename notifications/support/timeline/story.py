"""The whole story of a message: a sentence, and what happened step by step."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from uuid import UUID

from notifications.statuses import WAITING, Status
from notifications.support.timeline.ahead import deleted_at, gives_up_at
from notifications.support.timeline.facts import Facts, Message, find_message, read_facts
from notifications.support.timeline.printing import printing_steps
from notifications.support.timeline.sending import sending_steps
from notifications.support.timeline.steps import Kind, Step
from notifications.support.timeline.telling import staff_steps, telling_steps
from notifications.support.timeline.waiting import why
from notifications.support.timeline.why import Why


@dataclass(frozen=True, slots=True)
class Story:
    """What is told of a message, without anything personal.

    Attributes:
        row: of the message, or what history has of it.
        why: where it is.
        steps: what happened, oldest first, and what the clock will do.
        facts: what all this was read from.
    """

    row: Message
    why: Why
    steps: list[Step]
    facts: Facts


def find_story(message_id: UUID) -> Story | None:
    """Return the story of a message with all that staff may know; None of an unknown one."""
    row = find_message(message_id)
    return None if row is None else story_of(row)


def story_of(row: Message, *, with_acts: bool = True) -> Story:
    """Return the story of a message.

    Args:
        row: of it.
        with_acts: tell what staff did, too, which is for staff.
    """
    facts = read_facts(row, with_acts=with_acts)
    steps = [*sending_steps(facts), *printing_steps(facts), *telling_steps(facts)]
    steps += staff_steps(facts)
    steps.sort(key=lambda step: step.at)
    return Story(row, why(facts), [*_timed(steps), *_ahead(facts)], facts)


def _timed(steps: Iterable[Step]) -> Iterator[Step]:
    before = None
    for step in steps:
        yield replace(step, after=None if before is None else step.at - before)
        before = step.at


def _ahead(facts: Facts) -> Iterator[Step]:
    row = facts.row
    if facts.live is None:
        return
    if row.status in WAITING:
        if not facts.is_letter:
            word = "technical failure" if row.status == Status.CREATED else "temporary failure"
            words = f"Without an outcome by then, it becomes a {word}"
            yield Step(gives_up_at(row.created_at), Kind.AHEAD, words)
        return
    words = f"It is deleted, after {facts.days_kept} days; history keeps that there was a message"
    yield Step(deleted_at(row.created_at, facts.days_kept), Kind.AHEAD, words)
