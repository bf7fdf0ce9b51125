"""Issue a person's token for the management API."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from services import personal_tokens
from services.management.arguments import read_service
from services.models import PersonalToken, User


class Command(BaseCommand):
    """Issue a token that may do no more than its person, and print it once."""

    # What they have to say is about the platform, and would stand in the way here.
    requires_system_checks = ()
    help = (
        "Issues a token with which a person's programs use the management API, and prints it, "
        "this once. It may do what the person may, and only reads unless --write is given."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("email", metavar="EMAIL", help="the person's address")
        parser.add_argument("--name", required=True, help="what it is for")
        parser.add_argument("--write", action="store_true", help="it may change things, too")
        parser.add_argument("--service", metavar="UUID", help="the only service that it opens")
        parser.add_argument(
            "--days", type=int, default=90, metavar="N", help="how long it works: 90 unless set"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the command."""
        del args
        user = User.objects.filter(email_address=options["email"].strip().lower()).first()
        if user is None:
            raise CommandError(f"there is no person with the address {options['email']}")
        scope = PersonalToken.Scope.WRITE if options["write"] else PersonalToken.Scope.READ
        service = read_service(options["service"]) if options["service"] else None
        try:
            issued = personal_tokens.issue(
                user,
                options["name"],
                actor=None,
                scope=scope,
                service=service,
                days=options["days"],
            )
        except personal_tokens.InvalidToken as error:
            raise CommandError(error.message) from error
        self.stdout.write(issued.shown_once)
