"""Count the template usage of a day again, from the database."""

from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from redis import RedisError

from notifications.statistics.rebuild import Comparison, RebuildRunning, compare, rebuild
from notifications.statistics.usage_counters import start_new_generation
from services.management.arguments import read_past_day, read_past_days, read_service
from services.models import Service


class Command(BaseCommand):
    """Replace the counters of template usage by what the database says."""

    help = (
        "Recalculates how often each template of a service was used on a London day, from the "
        "database, and replaces the counters in Redis. Prints service, day and each template "
        "with its count. Needs a service (or --all-services) and a day (or --from and --to)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options; what they need of each other is checked by ``handle``."""
        parser.add_argument("-s", "--service-id", metavar="UUID", help="the service")
        parser.add_argument("--all-services", action="store_true", help="every service instead")
        parser.add_argument("-d", "--day", metavar="YYYY-MM-DD", help="the London day")
        parser.add_argument("--from", dest="first", metavar="YYYY-MM-DD", help="first of some days")
        parser.add_argument("--to", dest="last", metavar="YYYY-MM-DD", help="last of some days")
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="print stored and calculated counts and write nothing",
        )
        parser.add_argument(
            "--new-generation",
            action="store_true",
            help="distrust all counters of all services first; works without service and day",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the command."""
        del args
        if not settings.REDIS_ENABLED:
            raise CommandError("Redis is switched off (REDIS_ENABLED): there is nothing to fill")
        pairs = list(_wanted(options))
        try:
            if options["new_generation"]:
                start_new_generation()
                self.stdout.write("All counters are distrusted from now on")
            busy = sum(
                self._count_again(*pair, dry_run=options["dry_run"]) is None for pair in pairs
            )
        except (RedisError, OSError) as error:
            raise CommandError(f"Redis failed: {type(error).__name__}: {error}") from error
        if busy:
            raise CommandError(f"{busy} days are being counted by someone else: try again")
        self.stdout.write(f"{len(pairs)} days of services counted")

    def _count_again(self, service_id: UUID, day: date, *, dry_run: bool) -> Comparison | None:
        self.stdout.write(f"service {service_id}, day {day}")
        if dry_run:
            found = compare(service_id, day)
            for template_id in sorted(found.stored.keys() | found.calculated.keys()):
                stored = found.stored.get(template_id, 0)
                calculated = found.calculated.get(template_id, 0)
                self.stdout.write(
                    f"  template {template_id}: stored {stored}, calculated {calculated}"
                )
            return found
        try:
            found = rebuild(service_id, day)
        except RebuildRunning:
            self.stderr.write(f"service {service_id}, day {day}: someone else is counting it")
            return None
        for template_id, count in sorted(found.calculated.items()):
            self.stdout.write(f"  template {template_id}: {count}")
        return found


def _wanted(options: dict[str, Any]) -> Iterator[tuple[UUID, date]]:
    services = _services(options["service_id"], every=options["all_services"])
    days = _days(options["day"], options["first"], options["last"])
    if options["new_generation"]:
        if options["dry_run"]:
            raise CommandError("--new-generation cannot be combined with --dry-run")
        if services is None and days is None:
            return
    if services is None:
        raise CommandError("name a service (--service-id) or give --all-services")
    if days is None:
        raise CommandError("name a day (--day), or give --from and --to")
    yield from ((service_id, day) for day in days for service_id in services)


def _services(text: str | None, *, every: bool) -> list[UUID] | None:
    if every and text is not None:
        raise CommandError("give either --service-id or --all-services")
    if every:
        return list(Service.objects.order_by("id").values_list("id", flat=True))
    if text is None:
        return None
    return [read_service(text).id]


def _days(day: str | None, first: str | None, last: str | None) -> list[date] | None:
    if day is not None and (first is not None or last is not None):
        raise CommandError("give either --day, or --from and --to")
    if day is not None:
        return [read_past_day(day)]
    if first is None and last is None:
        return None
    if first is None or last is None:
        raise CommandError("--from and --to go together")
    return read_past_days(first, last)
