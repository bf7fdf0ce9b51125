"""Set up services from a file."""

import argparse
import json
from pathlib import Path
from textwrap import indent
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from templates_app.configuration.applying import apply_file
from templates_app.configuration.report import Report


class Command(BaseCommand):
    """Make the installation what a YAML file says.

    A second run changes nothing. A changed template becomes a new version. What the file does not
    mention is left alone. With any error nothing is applied.
    """

    help = (
        "Set up organisations, services, templates and API keys from a YAML file. Running it again "
        "changes only what differs; what the file does not mention is left alone. The format is "
        "described in docs/configuration.md."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("file", help="the YAML file")
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="show what would change, change nothing; of long texts with [-words that go-] and "
            "{+words that come+}",
        )
        parser.add_argument(
            "--json",
            action="store_true",
            help="print every id, and each new API key and signing secret this once, as JSON",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Apply the file."""
        try:
            source = Path(options["file"]).read_bytes()
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}") from error
        report = apply_file(source, dry_run=options["dry_run"])
        if report.problems:
            lines = [
                f"{options['file']}:{each.place.line}:{each.place.column}: {each.what}"
                for each in report.problems
            ]
            raise CommandError("\n".join([*lines, "Nothing was applied."]))
        if options["json"]:
            # The ids and keys of a dry run are gone with it.
            ids = {} if options["dry_run"] else report.ids
            found = {"changes": report.changes, "notes": report.notes, "diffs": report.diffs}
            self.stdout.write(json.dumps({**found, **ids}, indent=2))
        else:
            self._print(report, dry_run=options["dry_run"])

    def _print(self, report: Report, *, dry_run: bool) -> None:
        for line in report.changes:
            self.stdout.write(line)
            if dry_run and line in report.diffs:
                self.stdout.write(indent(report.diffs[line], "    | ", lambda _: True))
        for note in report.notes:
            self.stdout.write(note)
        count = len(report.changes)
        if not count:
            self.stdout.write("Nothing to change.")
        elif dry_run:
            self.stdout.write(f"{count} changes to make; nothing was changed.")
        else:
            self.stdout.write(f"{count} changes made.")
        if not dry_run:
            self._print_new_secrets(report)

    def _print_new_secrets(self, report: Report) -> None:
        for service, ids in report.ids["services"].items():
            for name, key in ids["api_keys"].items():
                if "key" in key:
                    self.stdout.write(
                        f'New API key "{name}" of "{service}", shown once: {key["key"]}'
                    )
            for kind, callback in ids["callbacks"].items():
                if "signing_secret" in callback:
                    self.stdout.write(
                        f'Signing secret of callback {kind} of "{service}", shown once: '
                        f"{callback['signing_secret']}"
                    )
