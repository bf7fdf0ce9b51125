"""Let a person try to sign in again."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from notify_project.api.errors import ApiError
from services.management.arguments import read_person
from services.sign_in import LOCKED_AT, unlock


class Command(BaseCommand):
    """Unlock a person."""

    help = f"Lets a person who failed {LOCKED_AT} times try to sign in again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("email", metavar="EMAIL", help="address of the person")
        parser.add_argument("--reason", required=True, help="why: it is kept, so name nobody")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the command."""
        del args
        try:
            is_new = unlock(read_person(options["email"]), actor=None, reason=options["reason"])
        except ApiError as error:
            raise CommandError(error.message) from error
        self.stdout.write("they can try again" if is_new else "nothing was counted")
