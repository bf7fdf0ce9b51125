"""Say what has become of a file of letters."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from notifications.letters.printing.decide import NotUnclear, decide


class Command(BaseCommand):
    """Record whether the printer has a file of which that was not known."""

    help = (
        "Ends an unclear print batch, once the printer was asked: its letters are on their way, "
        "or the next print run takes them."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("file_name", metavar="NAME.ZIP")
        answer = parser.add_mutually_exclusive_group(required=True)
        answer.add_argument("--printed", action="store_true", help="the printer has it")
        answer.add_argument("--not-printed", action="store_true", help="it surely has not")
        parser.add_argument("--reason", default="", help="is kept with the audit event")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the command."""
        del args
        try:
            count = decide(
                options["file_name"], is_printed=options["printed"], reason=options["reason"]
            )
        except NotUnclear as error:
            raise CommandError(str(error)) from error
        where = "on their way" if options["printed"] else "left to the next print run"
        self.stdout.write(f"{count} letters are {where}")
