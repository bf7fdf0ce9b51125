"""Read a file that a printer has written, from this machine."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from notifications.letters.printing.acknowledgements import Acknowledged
from notifications.letters.printing.from_printer import FromPrinter, UnknownFile, process


class Command(BaseCommand):
    """Record what an acknowledgement or a response file says, and print what came of it."""

    help = (
        "Records what a file of the printer says: NOTIFY-<time>-ACK.TXT, which files it has got, "
        "or NOTIFY-<time>-RSP.TXT, what became of letters. May be repeated."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--printer", default="sftp", help="whose file it is")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the command."""
        del args
        path: Path = options["file"]
        try:
            content = path.read_bytes()
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}") from error
        try:
            found = process(FromPrinter(path.name, content, options["printer"]))
        except UnknownFile as error:
            raise CommandError(f"{path.name}: {error}") from error
        if isinstance(found, Acknowledged):
            self.stdout.write(f"{found.batches} files acknowledged, {found.repeated} before")
        else:
            self.stdout.write(
                f"{found.lines} lines: {found.delivered} letters delivered, {found.failed} failed, "
                f"{found.repeated} known before"
            )
            for what, which in (("not sent", found.not_sent), ("malformed", found.malformed)):
                if which:
                    self.stdout.write(f"{what}: {', '.join(map(str, which))}")
            if found.counts is None:
                self.stdout.write("not counted as sorted or unsorted: a word is unknown")
        if found.unknown:
            self.stdout.write(f"unknown: {', '.join(found.unknown)}")
