"""Erase a person from everything that is stored."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError
from redis import RedisError

from notifications.management import people
from notifications.management.progress import Progress
from notifications.support.certificate import as_text, certificate
from notifications.support.erase import erase
from notifications.support.find import find
from notifications.support.person import Person
from notify_project.api.errors import ApiError
from services.models import User


class Command(BaseCommand):
    """Show what would be erased, or erase it and print a certificate."""

    help = (
        "Erases what is stored of a person; without --yes it only counts. Messages that wait are "
        "stopped first. Counts, bills, statistics and what became of messages stay, and so does, "
        "as a digest, the wish not to be written to. It may be run again at any time, also after "
        f"it was killed: it goes on where it was. {people.WHOM} {people.SEARCHED} Accounts are "
        "shown, not erased."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        people.add_arguments(parser)
        parser.add_argument(
            "--case", required=True, metavar="REFERENCE", help="what you call the affair; is kept"
        )
        parser.add_argument("--yes", action="store_true", help="erase, for good")
        parser.add_argument(
            "--certificate", type=Path, metavar="FILE", help="write it there as JSON, too"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the command."""
        del args
        person, actor = people.read(options["recipients"]), people.read_actor(options["by"])
        file: Path | None = options["certificate"]
        if file is not None and not file.absolute().parent.is_dir():
            raise CommandError(f"there is no folder for {file}")
        try:
            if options["yes"]:
                self._erase(person, actor, options)
            else:
                self._count(person, actor, options)
        except ApiError as error:
            raise CommandError(error.message) from error
        except (RedisError, OSError) as error:
            raise CommandError(
                f"{type(error).__name__}: Redis, or a file, could not be reached; run it again"
            ) from error

    def _count(self, person: Person, actor: User | None, options: dict[str, Any]) -> None:
        found = find(
            person,
            actor=actor,
            reason=options["reason"],
            case_reference=options["case"],
            tell=Progress(self.stderr.write),
        )
        self.stdout.write("\n".join(people.listed(found)))
        self.stdout.write("Nothing was erased. Add --yes to erase all but accounts")

    def _erase(self, person: Person, actor: User | None, options: dict[str, Any]) -> None:
        request = erase(
            person,
            actor=actor,
            reason=options["reason"],
            case_reference=options["case"],
            tell=Progress(self.stderr.write),
        )
        self.stdout.write(as_text(request, actor.name if actor else "the command line"))
        file: Path | None = options["certificate"]
        if file is not None:
            file.write_bytes(orjson.dumps(certificate(request), option=orjson.OPT_INDENT_2))
            self.stdout.write(f"The certificate is in {file}")
