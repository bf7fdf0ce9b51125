"""Load prices from a file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from billing.price_changes import PricesRefused, apply_prices, plan
from billing.price_list import InvalidPriceList, read_price_list


class Command(BaseCommand):
    """Add prices of texts and letters beside those there are, all of a file or none."""

    help = (
        "Loads prices from a YAML file, prints what they change, and refuses what overlaps. A "
        "price holds from the start of its London day until the next one of its kind begins."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("file", type=Path, metavar="FILE", help="prices, in YAML")
        parser.add_argument("--dry-run", action="store_true", help="only print what would change")
        parser.add_argument("--reason", default="", help="is kept with the audit events")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the command."""
        del args
        try:
            prices = read_price_list(options["file"].read_bytes())
            if options["dry_run"]:
                changes = plan(prices)
            else:
                changes = apply_prices(prices, actor=None, reason=options["reason"])
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}") from error
        except InvalidPriceList as error:
            raise CommandError("\n".join(error.mistakes)) from error
        except PricesRefused as error:
            raise CommandError(error.message) from error
        for line in changes.lines:
            self.stdout.write(line)
        made = "would be made" if options["dry_run"] else "made"
        self.stdout.write(f"{len(changes.lines)} changes {made}")
        self.stdout.write(f"{changes.unchanged} prices are there already")
        if changes.first_past_day:
            self.stdout.write(
                "days that are over cost something else now: "
                f"manage.py rebuild_billing --from {changes.first_past_day} --to yesterday's date"
            )
