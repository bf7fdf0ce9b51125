"""Build days of bills again, and show what was wrong with them."""

from argparse import ArgumentParser
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from billing.daily import Difference, Dimensions, Tally, compare, services_of
from billing.rates import DayPrices, prices_of
from billing.support import rebuild_by_hand
from services.management.arguments import read_past_days, read_service
from services.models import Service

Work = Callable[[Service, date, DayPrices], Difference]


class Command(BaseCommand):
    """Replace days of bills by what history and today's prices say."""

    help = (
        "Builds bills of London days again from the history of messages, with the prices as they "
        "are now, and prints each row that differs. Needs a day, or --from and --to."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--day", metavar="YYYY-MM-DD", help="the London day")
        parser.add_argument("--from", dest="first", metavar="YYYY-MM-DD", help="first of some days")
        parser.add_argument("--to", dest="last", metavar="YYYY-MM-DD", help="last of some days")
        parser.add_argument("--service", metavar="UUID", help="only this service")
        parser.add_argument("--dry-run", action="store_true", help="only show the difference")
        parser.add_argument("--reason", default="", help="is kept with the audit events")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the command."""
        del args
        days = _days(options["day"], options["first"], options["last"])
        service = read_service(options["service"]) if options["service"] else None
        work: Work = partial(rebuild_by_hand, reason=options["reason"])
        if options["dry_run"]:
            work = compare
        rows = unpriced = 0
        for day in days:
            prices = prices_of(day)
            for each in [service] if service else services_of(day):
                difference = work(each, day, prices)
                self._show(each, day, difference)
                rows += len(difference.changes)
                unpriced += len(difference.built.unpriced)
        would = "would change" if options["dry_run"] else "changed"
        self.stdout.write(f"{rows} rows of {len(days)} days {would}")
        if unpriced:
            raise CommandError("some messages have no price: load it, then build again")

    def _show(self, service: Service, day: date, difference: Difference) -> None:
        for row, stored, built in difference.changes:
            self.stdout.write(f"{day} service {service.id} {_words(row)}")
            self.stdout.write(f"  stored {_counted(stored)}, built {_counted(built)}")
        for words in difference.built.unpriced:
            self.stderr.write(f"{day} service {service.id} has no price for {words}")


def _words(row: Dimensions) -> str:
    parts = [f"template {row.template_id}", row.notification_type, row.provider]
    parts += [f"times {row.rate_multiplier}"] if row.rate_multiplier > 1 else []
    parts += ["international"] if row.international else []
    parts += [row.postage] if row.postage != "none" else []
    return f"{' '.join(parts)} at {row.rate.normalize():f}"


def _counted(tally: Tally | None) -> str:
    if tally is None:
        return "nothing"
    return f"{tally.notifications_sent} messages of {tally.billable_units} units"


def _days(day: str | None, first: str | None, last: str | None) -> list[date]:
    if (day is None) == (first is None or last is None) or (
        day is not None and (first is not None or last is not None)
    ):
        raise CommandError("give either --day, or --from and --to")
    return read_past_days(day or first or "", day or last or "")
