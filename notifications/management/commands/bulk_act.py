"""Act on all messages of a service, a template or a provider at once."""

from argparse import ArgumentParser
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from notifications.models import BulkAction
from notifications.support.bulk import begin, run, start
from notify_project import clock
from notify_project.api.errors import ApiError
from notify_project.constants import NotificationType

_STEP: Final = timedelta(seconds=5)


class Command(BaseCommand):
    """Count, and do it if the count is the one that was expected."""

    # What they have to say is about the platform, and would stand in the way here.
    requires_system_checks = ()
    help = (
        "First counts what it would be done to. With --count and that number it is done, in "
        "batches; should this command be killed, workers go on with it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("act", choices=BulkAction.Act.values)
        parser.add_argument("--service", metavar="UUID", type=UUID)
        parser.add_argument("--template", metavar="UUID", type=UUID)
        parser.add_argument("--provider", default="", help="has, or failed to take, them")
        parser.add_argument("--type", choices=NotificationType.values, default="")
        parser.add_argument("--status", default="", help="only in this status")
        parser.add_argument(
            "--since", metavar="TIME", required=True, help="ISO 8601 with a zone, of acceptance"
        )
        parser.add_argument("--until", metavar="TIME", help="before this time; now, unless given")
        parser.add_argument(
            "--reason", required=True, help="why: kept with the audit; it must not name anybody"
        )
        wish = parser.add_mutually_exclusive_group(required=True)
        wish.add_argument("--dry-run", action="store_true", help="only count")
        wish.add_argument("--count", type=int, help="do it, if it is about so many messages")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the command."""
        del args
        try:
            self._run(options)
        except ApiError as error:
            raise CommandError(error.message) from error

    def _run(self, options: dict[str, Any]) -> None:
        row = begin(
            options["act"],
            service_id=options["service"],
            template_id=options["template"],
            provider=options["provider"],
            notification_type=options["type"],
            status=options["status"],
            since=_time(options["since"]),
            until=_time(options["until"]) if options["until"] else None,
            actor=None,
            reason=options["reason"],
        )
        row = self._follow(row)
        self.stdout.write(f"{row.total:,} messages, bulk action {row.id}")
        if options["dry_run"]:
            return
        start(row, count=options["count"], actor=None, reason=options["reason"])
        row = self._follow(row)
        self.stdout.write(f"{row.state}: {row.done:,} done, {row.refused:,} refused")

    def _follow(self, row: BulkAction) -> BulkAction:
        """Work, beside workers that may do so too, until it stands still."""
        while True:
            run(row.id, until=clock.now() + _STEP)
            row.refresh_from_db()
            if row.state not in BulkAction.MOVING:
                return row
            self.stdout.write(f"  {row.looked_at:,} looked at, {row.found:,} found")


def _time(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(f"{text} is not a time: write 2026-06-10T12:00:00Z") from None
    if found.tzinfo is None:
        raise CommandError(f"{text} has no zone: write {text}Z for UTC")
    return found
