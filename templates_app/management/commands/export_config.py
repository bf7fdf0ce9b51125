"""Write the set-up of services as a file."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from templates_app.configuration.export import export


class Command(BaseCommand):
    """Print organisations, services, templates and keys as a file that apply_config reads."""

    help = (
        "Print users, organisations, services, templates and API keys as YAML that apply_config "
        "reads. Secrets are left out: no key, password or token is in the output."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument(
            "--service",
            action="append",
            default=[],
            metavar="NAME",
            help="only this service, with its organisation and team; may be given several times",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print the file."""
        try:
            self.stdout.write(export(options["service"]), ending="")
        except LookupError as error:
            raise CommandError(str(error)) from error
