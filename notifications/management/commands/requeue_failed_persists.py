"""Put back what was accepted and could not be stored."""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from redis import RedisError

from notifications.acceptance.deferred import requeue_failed_persists


class Command(BaseCommand):
    """``manage.py requeue_failed_persists [--since TIME]``."""

    help = (
        "Queue the messages again that were answered with 201 and could not be stored, however "
        "often that was tried. They are kept for two weeks."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the option."""
        parser.add_argument(
            "--since",
            type=_instant,
            metavar="TIME",
            help="only those that failed since, such as 2026-03-01T09:00; UTC unless it says else",
        )

    def handle(self, *args: Any, since: datetime | None, **options: Any) -> None:
        """Queue them and print how many."""
        del args, options
        try:
            count = requeue_failed_persists(since)
        except (RedisError, OSError) as error:
            raise CommandError(f"Redis did not answer: {type(error).__name__}") from error
        self.stdout.write(f"{count} messages are queued again to be stored")


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text} is no time such as 2026-03-01T09:00") from error
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
