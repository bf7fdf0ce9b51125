"""Let a service, a template, a lane or a provider be sent again that was held."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from notifications.models import Hold
from notifications.support.holding import release
from notify_project.api.errors import ApiError


class Command(BaseCommand):
    """Release one subject and say so."""

    # As with hold_sending.
    requires_system_checks = ()
    help = "Lets what was held be sent, the oldest first; list_holds says what is held."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("kind", choices=Hold.Kind.values)
        parser.add_argument("key", help="as it was held")
        parser.add_argument("--reason", required=True, help="why: kept with the audit")

    def handle(self, *args: Any, kind: str, key: str, reason: str, **options: Any) -> None:
        """Run the command."""
        del args, options
        try:
            row = release(kind, key, actor=None, reason=reason)
        except ApiError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"The {row.kind} {row.key} is released: workers give back what waits")
