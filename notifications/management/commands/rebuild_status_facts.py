"""Count again, from history, how the messages of a day stand."""

from argparse import ArgumentParser
from datetime import date
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from notifications.models import NO_JOB
from notifications.statistics.daily_status import Replaced, Standing, compare_facts
from notifications.statistics.rebuild_facts import rebuild_facts, services_of
from notify_project import clock
from services.management.arguments import read_day, read_service


class Command(BaseCommand):
    """Replace the facts of a day, and print what was wrong in them."""

    help = (
        "Counts the statuses of a London day's messages again, from history, replaces the facts "
        "that statistics are made of, and prints each number that changes. The night does so "
        "for the last days by itself; of older ones only this command does."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--day", required=True, metavar="YYYY-MM-DD", help="the London day")
        parser.add_argument("--service", metavar="UUID", help="only this service")
        parser.add_argument("--reason", default="", help="is kept with the audit events")
        parser.add_argument("--dry-run", action="store_true", help="only print what would change")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the command."""
        del args
        day = _ended_day(options["day"])
        named = options["service"]
        services = [read_service(named).id] if named else services_of(day)
        changed = 0
        for service_id in services:
            if options["dry_run"]:
                found = compare_facts(service_id, day)
            else:
                found = rebuild_facts(service_id, day, actor=None, reason=options["reason"])
            self._print(service_id, found)
            changed += len(found.differences)
        verb = "would change" if options["dry_run"] else "changed"
        self.stdout.write(f"{day}: {len(services)} services counted, {changed} numbers {verb}")

    def _print(self, service_id: UUID, found: Replaced) -> None:
        stored, counted = sum(found.stored.values()), sum(found.counted.values())
        self.stdout.write(f"service {service_id}: {stored} messages stored, {counted} counted")
        for standing, (before, after) in found.differences.items():
            self.stdout.write(f"  {_words(standing)}: {before} -> {after}")


def _words(standing: Standing) -> str:
    job = "no job" if standing.job_id == NO_JOB else f"job {standing.job_id}"
    return (
        f"{standing.notification_type} {standing.status}, template {standing.template_id}, "
        f"{standing.key_type} key, {job}"
    )


def _ended_day(text: str) -> date:
    day = read_day(text)
    if day >= clock.london_today():
        raise CommandError(f"{day} has not ended: its messages are counted as they stand")
    return day
