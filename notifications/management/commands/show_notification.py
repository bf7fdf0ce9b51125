"""Say where a message is, why it is not further, and what happened to it."""

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from notifications.jobs.words import message_in_words
from notifications.management.people import read_actor
from notifications.models import NotificationHistory
from notifications.support.as_received import as_received, hides_values
from notifications.support.reveal import reveal
from notifications.support.timeline.facts import Message
from notifications.support.timeline.steps import Kind, Step
from notifications.support.timeline.story import Story, find_story
from notify_project.api.errors import ApiError
from notify_project.clock import duration_words, london_words


class Command(BaseCommand):
    """Tell the story of one message."""

    # What they have to say is about the platform, and would stand in the way here.
    requires_system_checks = ()
    help = (
        "Says of one message where it is, why it is not further, and what happened to it, in "
        "London time. It shows neither the recipient nor what the message says, unless it is told "
        "to and why."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("notification", type=UUID, help="its id")
        parser.add_argument(
            "--personal-data",
            action="store_true",
            help="show the recipient and the values, too, which is audited",
        )
        parser.add_argument("--reason", default="", help="why; it is kept, so name nobody")
        parser.add_argument(
            "--by", metavar="EMAIL", help="who asked for it, of the support staff; for the audit"
        )

    def handle(self, *args: Any, notification: UUID, **options: Any) -> None:
        """Run the command."""
        del args
        story = find_story(notification)
        if story is None:
            raise CommandError(f"there is no message {notification}, nor has history one")
        # Whoever gives no reason is told nothing.
        personal = _personal(story.row, **options) if options["personal_data"] else ()
        for line in (*_lines(story), *personal):
            self.stdout.write(line)


def _lines(story: Story) -> Iterator[str]:
    row, why = story.row, story.why
    words = message_in_words(row.status, row.notification_type)
    yield f"{row.notification_type} {row.id} of {row.service.name}"
    yield f"{words} ({row.status}). {why.sentence}"
    yield from why.further
    if why.advice:
        yield f"What to do: {why.advice}"
    for step in story.steps:
        yield from _told(step)


def _personal(row: Message, *, reason: str, by: str | None, **_: Any) -> list[str]:
    if isinstance(row, NotificationHistory):
        raise CommandError("what was personal is deleted with the message")
    try:
        reveal(row, actor=read_actor(by), reason=reason)
    except ApiError as error:
        raise CommandError(error.message) from error
    received = as_received(row, is_hidden=hides_values(row))
    words = [received.problem, received.subject, received.text]
    values = [f"    {name}: {value}" for name, value in received.values.items()]
    return [f"To: {received.to}", *filter(None, words), *values]


def _told(step: Step) -> Iterator[str]:
    after = f" (after {duration_words(step.after)})" if step.after else ""
    mark = "… " if step.kind == Kind.AHEAD else ""
    yield f"{london_words(step.at)}  {mark}{step.what}{after}"
    for detail in step.details:
        yield f"    {detail}"
    if step.raw:
        yield f"    {step.raw}"
