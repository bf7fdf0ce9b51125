"""Say where a message is, why it is not further, and what happened to it; nothing personal."""

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from notifications.jobs.words import message_in_words
from notifications.support.timeline.steps import Kind, Step
from notifications.support.timeline.story import Story, find_story
from notify_project.clock import duration_words, london_words


class Command(BaseCommand):
    """Tell the story of one message."""

    # What they have to say is about the platform, and would stand in the way here.
    requires_system_checks = ()
    help = (
        "Says of one message where it is, why it is not further, and what happened to it, in "
        "London time. It shows neither the recipient nor what the message says."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the argument."""
        parser.add_argument("notification", type=UUID, help="its id")

    def handle(self, *args: Any, notification: UUID, **options: Any) -> None:
        """Run the command."""
        del args, options
        story = find_story(notification)
        if story is None:
            raise CommandError(f"there is no message {notification}, nor has history one")
        for line in _lines(story):
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


def _told(step: Step) -> Iterator[str]:
    after = f" (after {duration_words(step.after)})" if step.after else ""
    mark = "… " if step.kind == Kind.AHEAD else ""
    yield f"{london_words(step.at)}  {mark}{step.what}{after}"
    for detail in step.details:
        yield f"    {detail}"
    if step.raw:
        yield f"    {step.raw}"
