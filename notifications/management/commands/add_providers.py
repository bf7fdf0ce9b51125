"""Make rows for providers that have none."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from notifications.delivery.new_providers import add_missing, missing


class Command(BaseCommand):
    """Make rows, switched off, for providers that have none, and print how many."""

    help = "Makes a row, switched off, for each provider and channel that has none."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--dry-run", action="store_true", help="only count them")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the command."""
        del args
        if options["dry_run"]:
            self.stdout.write(f"{len(missing())} providers have no row")
        else:
            self.stdout.write(f"{add_missing()} providers were added, switched off")
