"""Say what a person may do: all their roles, or one more for some hours."""

from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from notify_project.api.errors import ApiError
from services.giving_roles import LONGEST_HOURS, give_for_a_time, set_roles
from services.management.arguments import read_person
from services.roles import SENTENCES, Role


class Command(BaseCommand):
    """Set roles."""

    help = "Lets a person have exactly these roles. " + " ".join(
        f"{role.value}: {SENTENCES[role]}" for role in Role
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("email", metavar="EMAIL", help="address of the person")
        parser.add_argument(
            "roles", metavar="ROLE", nargs="*", type=_role, help="as above; without one: none"
        )
        parser.add_argument("--reason", required=True, help="why: it is kept, so name nobody")
        parser.add_argument(
            "--hours",
            type=int,
            metavar="N",
            help=f"give one role more, for so long: at most {LONGEST_HOURS}",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the command."""
        del args
        person, roles, hours = read_person(options["email"]), options["roles"], options["hours"]
        if hours is not None and len(roles) != 1:
            raise CommandError("name one role with --hours")
        try:
            if hours is not None:
                give_for_a_time(person, roles[0], hours=hours, actor=None, reason=options["reason"])
                self.stdout.write(f"the role {roles[0]} ends by itself in {hours} hours")
                return
            is_new = set_roles(person, roles, actor=None, reason=options["reason"])
        except ApiError as error:
            raise CommandError(error.message) from error
        given = ", ".join(sorted(roles)) or "no role"
        self.stdout.write(f"{'now' if is_new else 'still'}: {given}")


def _role(word: str) -> str:
    if word not in Role.values:
        raise ArgumentTypeError(f"there is no role {word}: they are {', '.join(Role.values)}")
    return word
