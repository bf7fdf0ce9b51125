"""Find anything by what somebody knows of it."""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError

from notifications.management import people
from notifications.support.search import Answer, everything, search
from notifications.support.search_kinds import Hit
from notify_project import clock
from notify_project.api.errors import ApiError

_WANTS_REASON: Final = "It is a recipient, too: say why with --reason to look for it"


class Command(BaseCommand):
    """Print what there is: one line a thing."""

    help = (
        "Finds what a term stands for: any id, the id of a request, a caller's or provider's "
        "reference, a letter's barcode, the beginning of a file's name, a part of the name of a "
        "service, template, API key, organisation or person; with --reason also a phone number or "
        "an email address, which leaves an audit event with a keyed digest of it. Exits with 1 if "
        "nothing is found, and says as what it was looked for on standard error; with 2 if it "
        "cannot be looked for."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument(
            "term",
            metavar="TERM",
            help="- reads it from standard input, which keeps it out of the shell's history and "
            "the list of processes",
        )
        parser.add_argument(
            "--reason", default="", help="why a recipient is looked for; it is kept, so name nobody"
        )
        parser.add_argument(
            "--by", metavar="EMAIL", help="who asked for it, of the support staff; for the audit"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the command."""
        del args
        term = sys.stdin.readline() if options["term"] == "-" else options["term"]
        viewer = everything(people.read_actor(options["by"]))
        try:
            answer = search(term, viewer, reason=options["reason"])
        except ApiError as error:
            raise CommandError(error.message, returncode=2) from error
        if not answer.groups:
            raise CommandError("\n".join(_nothing(answer)), returncode=1)
        for line in _lines(answer):
            self.stdout.write(line)


def _lines(answer: Answer) -> Iterator[str]:
    for group in answer.groups:
        more = ", and there are more" if group.has_more else ""
        yield f"{group.kind.words}: {len(group.hits)}{more}"
        yield from map(_line, group.hits)
    if answer.wants_reason:
        yield _WANTS_REASON


def _nothing(answer: Answer) -> Iterator[str]:
    yield f"Nothing was found as {'; '.join(answer.tried)}"
    if answer.wants_reason:
        yield _WANTS_REASON
    yield from answer.hints


def _line(hit: Hit) -> str:
    parts = (hit.id, hit.name, hit.hint, hit.state, hit.service, clock.api_time(hit.at))
    return "  " + " | ".join(str(part) for part in parts if part)
