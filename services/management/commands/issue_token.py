"""Give a person a token for the management API, or take it back."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from notify_project.api.errors import ApiError
from services import personal_tokens
from services.management.arguments import read_person
from services.models import PersonalToken, Service, User
from services.principal import Principal


class Command(BaseCommand):
    """Issue a personal token and print it once."""

    help = (
        "Gives a person a token for the management API and prints it, this once. It may do what "
        "the person may, or less."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("email", metavar="EMAIL", help="address of the person")
        parser.add_argument("--name", required=True, help="what the token is for")
        parser.add_argument(
            "--scope",
            choices=PersonalToken.Scope.values,
            default=PersonalToken.Scope.READ.value,
            help="whether it may change anything: read unless given",
        )
        parser.add_argument("--service", metavar="ID", help="the only service that it opens")
        parser.add_argument(
            "--days", type=int, default=90, metavar="N", help="how long it works: 90 unless given"
        )
        parser.add_argument(
            "--revoke", action="store_true", help="end the token of this name instead"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the command."""
        del args
        user = read_person(options["email"])
        if options["revoke"]:
            _revoke(user, options["name"])
            self.stdout.write(f"the token {options['name']} is revoked")
            return
        try:
            issued = personal_tokens.issue(
                user,
                options["name"],
                actor=None,
                scope=options["scope"],
                service=_service(user, options["service"]),
                days=options["days"],
            )
        except ApiError as error:
            raise CommandError(error.message) from error
        self.stdout.write(issued.shown_once)


def _service(user: User, service_id: str | None) -> Service | None:
    if service_id is None:
        return None
    try:
        service = Principal(user).services().filter(id=UUID(service_id)).first()
    except ValueError:
        raise CommandError(f"{service_id} is not a service's id") from None
    if service is None:
        raise CommandError(f"the person has no service {service_id}")
    return service


def _revoke(user: User, name: str) -> None:
    token = PersonalToken.objects.filter(user=user, name=name, revoked_at=None).first()
    if token is None:
        raise CommandError(f"the person has no token {name}")
    personal_tokens.revoke(token, actor=None)
