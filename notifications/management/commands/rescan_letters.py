"""Scan and check letters again that came as a PDF while there was no scanner."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from notifications.letters.precompiled.again import check_again, count_unchecked


class Command(BaseCommand):
    """Let letters that nobody could scan or check wait for it once more."""

    help = (
        "Lets letters that came as a PDF, and failed because the scanner or something else of "
        "this installation was broken, wait for their check once more: one or all."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--letter", type=UUID, metavar="UUID", help="this letter")
        which.add_argument("--all", action="store_true", help="all such letters")
        parser.add_argument("--dry-run", action="store_true", help="only count all such letters")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the command."""
        del args
        if options["dry_run"]:
            self.stdout.write(f"{count_unchecked()} letters can be checked again")
            return
        count = check_again(options["letter"])
        if options["letter"] and not count:
            raise CommandError(f"letter {options['letter']} is not one that can be checked again")
        self.stdout.write(f"{count} letters wait for their check")
