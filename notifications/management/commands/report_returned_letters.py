"""Record that the letters of a file of references came back."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from notifications.receipts.report_returned import audit_report
from notifications.receipts.returned_letters import REFERENCE, record_returned
from notify_project import clock


class Command(BaseCommand):
    """``manage.py report_returned_letters FILE [--dry-run]``."""

    help = (
        "Records that letters came back, and tells the services that want to know. The file has "
        "one reference a line, as they are printed on the letters. Running it twice changes "
        "nothing the second time."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("file", metavar="FILE", type=Path, help="the file of references")
        parser.add_argument("--dry-run", action="store_true", help="only read the file")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        """Record them and print how many are new."""
        del args
        references = _read(file)
        if options["dry_run"]:
            self.stdout.write(f"{len(references):,} references")
            return
        audit_report(len(references), actor=None)
        count = record_returned(references, now=clock.now())
        self.stdout.write(f"{count:,} letters of {len(references):,} references came back")


def _read(file: Path) -> set[str]:
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{file} cannot be read: {type(error).__name__}") from error
    found = {number: line.strip() for number, line in enumerate(lines, 1) if line.strip()}
    wrong = [str(number) for number, text in found.items() if not REFERENCE.fullmatch(text)]
    if wrong:
        raise CommandError(f"no references of letters are in line {', '.join(wrong[:20])}")
    if not found:
        raise CommandError(f"{file} has no references")
    return set(found.values())
