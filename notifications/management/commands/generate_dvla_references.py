"""Give references to letters without one, or print unused ones."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from notifications.letters.missing_references import (
    count_letters_without_reference,
    give_missing_references,
    unused_references,
)
from services.management.arguments import read_service


class Command(BaseCommand):
    """Find letters that have no reference, give each one, and print how many there were."""

    help = (
        "Finds letters without a reference, live and in history, gives each one and prints how "
        "many. Works in batches of 1000; running it twice changes nothing the second time."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--dry-run", action="store_true", help="only count the letters")
        parser.add_argument("--service", metavar="UUID", help="only the letters of this service")
        parser.add_argument(
            "--count",
            metavar="N",
            help="print N unused references instead, one a line, and store nothing",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the command."""
        del args
        if options["count"] is not None:
            self._print_unused(options)
            return
        service_id = read_service(options["service"]).id if options["service"] else None
        if options["dry_run"]:
            count = count_letters_without_reference(service_id)
            self.stdout.write(f"{count} letters have no reference")
            return
        given = 0
        for batch in give_missing_references(service_id):
            given += batch
            self.stdout.write(f"{given} letters so far")
        self.stdout.write(f"{given} letters were given a reference")

    def _print_unused(self, options: dict[str, Any]) -> None:
        if options["dry_run"] or options["service"]:
            raise CommandError("--count cannot be combined with --dry-run or --service")
        count = options["count"]
        if not (count.isascii() and count.isdigit()) or int(count) == 0:
            raise CommandError(f"--count takes a whole number above 0, not {count}")
        for reference in unused_references(int(count)):
            self.stdout.write(reference)
