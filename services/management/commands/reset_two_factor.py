"""Take second factors from a person who lost them."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from notify_project.api.errors import ApiError
from services.accounts.factors import reset_factors
from services.management.arguments import read_person


class Command(BaseCommand):
    """Reset second factors."""

    help = (
        "Takes all second factors and recovery codes from a person and signs them out. They sign "
        "in with their password and set up new ones."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("email", metavar="EMAIL", help="address of the person")
        parser.add_argument("--reason", required=True, help="why: it is kept, so name nobody")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the command."""
        del args
        try:
            count = reset_factors(
                read_person(options["email"]), actor=None, reason=options["reason"]
            )
        except ApiError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"{count} second factors are gone")
