"""Begin a print run by hand."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from notifications.letters.printing.collate import Collated, collate, deadline_now
from notifications.letters.printing.printers import NoPrinter
from notifications.letters.printing.ready import volumes
from notifications.letters.tasks import wake_print_batches
from notifications.management.progress import Progress
from notify_project import clock
from notify_project.clock import LONDON


class Command(BaseCommand):
    """Plan what is ready for the printer, wake its hand-over, and print how much it is."""

    help = (
        "Puts letters that are ready, and were accepted before a deadline, into print batches, "
        "which workers hand over to the printer. Running it twice prints nothing twice."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument(
            "--deadline",
            metavar="'YYYY-MM-DD HH:MM'",
            help="letters accepted before this London time; today's, 17:30, from 17:50 to 18:50",
        )
        parser.add_argument("--dry-run", action="store_true", help="only count the letters")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the command."""
        del args
        deadline = self._deadline(options["deadline"])
        if options["dry_run"]:
            found = volumes(deadline)
            letters, sheets = sum(v.letters for v in found), sum(v.sheets for v in found)
            self.stdout.write(f"{letters} letters, {sheets} sheets would be printed")
            return
        progress = Progress(self.stdout.write)

        def tell(so_far: Collated) -> None:
            progress(f"{so_far.letters} letters so far")

        try:
            planned = collate(deadline, on_batch=tell)
        except NoPrinter as error:
            raise CommandError(f"{error}: letters wait until one is switched on") from error
        wake_print_batches()
        self.stdout.write(
            f"{planned.letters} letters, {planned.sheets} sheets in {planned.batches} batches"
        )

    def _deadline(self, text: str | None) -> datetime:
        if text is None:
            deadline = deadline_now(clock.now())
            if deadline is None:
                raise CommandError("give a --deadline: today's run begins from 17:50 to 18:50")
            return deadline
        try:
            return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=LONDON)
        except ValueError as error:
            raise CommandError(f"--deadline takes 'YYYY-MM-DD HH:MM', not {text}") from error
