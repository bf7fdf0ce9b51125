"""Tell services again what they were told, or could not be told."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from notifications.callbacks.replay import (
    FINISHED,
    ReplayRefused,
    Wanted,
    note_on_retention,
    replay,
)
from notify_project import clock
from services.models import CallbackType


class Command(BaseCommand):
    """Make finished callbacks wait again, in batches, and print how many."""

    help = (
        "Tells services again, with the bodies of then and the addresses of now: by id, by "
        "service, or by the time of the event. Calls are kept for 7 days after their end."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--id", nargs="+", default=[], metavar="UUID", help="webhook-ids")
        parser.add_argument("--service", metavar="UUID", help="only calls of this service")
        parser.add_argument("--type", choices=CallbackType.values, help="only calls of this kind")
        parser.add_argument(
            "--state", choices=[state.value for state in FINISHED], help="only what ended like this"
        )
        parser.add_argument("--since", metavar="TIME", help="ISO 8601 with a zone, of the event")
        parser.add_argument("--until", metavar="TIME", help="before this time")
        parser.add_argument("--reason", default="", help="is kept with the audit events")
        parser.add_argument("--dry-run", action="store_true", help="only count")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the command."""
        del args
        wanted = Wanted(
            ids=tuple(_uuid(each) for each in options["id"]),
            service_id=_uuid(options["service"]) if options["service"] else None,
            callback_type=options["type"],
            state=options["state"],
            since=_time(options["since"]),
            until=_time(options["until"]),
        )
        try:
            self._run(wanted, options["reason"], dry_run=options["dry_run"])
        except ReplayRefused as error:
            raise CommandError(error.message) from error

    def _run(self, wanted: Wanted, reason: str, *, dry_run: bool) -> None:
        now = clock.now()
        note = note_on_retention(wanted, now)
        if note:
            self.stderr.write(note)
        if dry_run:
            self.stdout.write(f"{wanted.rows(now).count()} calls would be made again")
            return
        count = 0
        for batch in replay(wanted, actor=None, reason=reason, now=now):
            count += batch
            self.stdout.write(f"{count} calls so far")
        self.stdout.write(f"{count} calls are made again")
        if wanted.ids and count < len(set(wanted.ids)):
            missing = len(set(wanted.ids)) - count
            raise CommandError(f"{missing} are not there, not of this choice, or still wait")


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise CommandError(f"{text} is not an id") from None


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(f"{text} is not a time: write 2026-06-10T12:00:00Z") from None
    if found.tzinfo is None:
        raise CommandError(f"{text} has no zone: write {text}Z for UTC")
    return found
