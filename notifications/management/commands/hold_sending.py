"""Hold a service, a template, a lane or a provider: nothing of it is handed over."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from notifications.models import Hold
from notifications.support.holding import hold
from notify_project.api.errors import ApiError


class Command(BaseCommand):
    """Hold one subject and say so."""

    # What they have to say is about the platform, and would stand in the way here.
    requires_system_checks = ()
    help = (
        "Lets nothing of a service, a template, a lane or a provider be handed over, from two "
        "seconds after this command ends. What is accepted waits; texts and emails end after 72 "
        "hours, as always. release_sending lets it go."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("kind", choices=Hold.Kind.values)
        parser.add_argument(
            "key",
            help="id of the service or template, name of the lane (priority, normal, bulk, "
            "research-mode), or name of the provider",
        )
        parser.add_argument("--reason", required=True, help="why: kept with the audit")

    def handle(self, *args: Any, kind: str, key: str, reason: str, **options: Any) -> None:
        """Run the command."""
        del args, options
        try:
            row = hold(kind, key, actor=None, reason=reason)
        except ApiError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"The {row.kind} {row.key} is held")
