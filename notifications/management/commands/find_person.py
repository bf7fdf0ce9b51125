"""Find a person in everything that is stored."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError
from redis import RedisError

from notifications.management import people
from notifications.management.progress import Progress
from notifications.support.find import NOT_SEARCHED, Found, find
from notify_project.api.errors import ApiError


class Command(BaseCommand):
    """Count what there is of a person, and write it to a file if asked to."""

    help = (
        "Finds what is stored of a person, by their recipients, and prints how much there is of "
        f"each kind; with --output all of it is written to a file. {people.WHOM} "
        f"{people.SEARCHED} Each look leaves an audit event with a keyed digest of the recipients."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        people.add_arguments(parser)
        parser.add_argument("--case", default="", metavar="REFERENCE", help="is kept, too")
        parser.add_argument(
            "--output",
            type=Path,
            metavar="FILE",
            help="a new file, which only you can read, for all that was found, as JSON",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the command."""
        del args
        person, actor = people.read(options["recipients"]), people.read_actor(options["by"])
        file: Path | None = options["output"]
        if file is not None and file.exists():
            raise CommandError(f"{file} is there already")
        try:
            found = find(
                person,
                actor=actor,
                reason=options["reason"],
                case_reference=options["case"],
                tell=Progress(self.stderr.write),
            )
        except ApiError as error:
            raise CommandError(error.message) from error
        except (RedisError, OSError) as error:
            raise CommandError(f"Redis did not answer: {type(error).__name__}") from error
        self.stdout.write("\n".join(people.listed(found)))
        if file is not None:
            _write(file, found)
            self.stdout.write(f"All of it is in {file}: personal data, to be deleted after use")


def _write(file: Path, found: Found) -> None:
    content = {
        "request": found.request.id,
        "found": found.items,
        "not_searched": NOT_SEARCHED,
    }
    try:
        opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise CommandError(f"{file} cannot be written: {error.strerror}") from error
    with os.fdopen(opened, "wb") as out:
        out.write(orjson.dumps(content, option=orjson.OPT_INDENT_2))
