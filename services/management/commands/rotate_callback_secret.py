"""Give a callback a new signing secret."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from services.callback_secrets import RotationRefused, default_overlap, rotate_secret
from services.models import CallbackType, ServiceCallbackApi

LONGEST_OVERLAP_HOURS = 24 * 30


class Command(BaseCommand):
    """Rotate the secret that calls of a service are signed with, and print the new one once."""

    help = (
        "Gives a service's callback a new signing secret and prints it, this once. The old one "
        "signs, too, for a while, so that the service can change over without losing a call."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("service", metavar="SERVICE", help="id of the service")
        parser.add_argument("type", choices=CallbackType.values, help="what the service is told")
        parser.add_argument(
            "--overlap-hours",
            type=float,
            metavar="N",
            help="how long the old secret signs, too; 0 ends it at once, for one that leaked",
        )
        parser.add_argument("--reason", default="", help="is kept with the audit event")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the command."""
        del args
        callback = _callback(options["service"], options["type"])
        overlap = _overlap(options["overlap_hours"])
        try:
            secret = rotate_secret(callback, overlap=overlap, actor=None, reason=options["reason"])
        except RotationRefused as error:
            raise CommandError(error.message) from error
        self.stdout.write(secret)


def _callback(service: str, callback_type: str) -> ServiceCallbackApi:
    try:
        found = ServiceCallbackApi.objects.filter(service=UUID(service))
    except ValueError:
        raise CommandError(f"{service} is not a service's id") from None
    callback = found.filter(callback_type=callback_type).first()
    if callback is None:
        raise CommandError(f"the service {service} has no callback {callback_type}")
    return callback


def _overlap(hours: float | None) -> timedelta:
    if hours is None:
        return default_overlap()
    if not 0 <= hours <= LONGEST_OVERLAP_HOURS:
        raise CommandError(f"--overlap-hours takes a number from 0 to {LONGEST_OVERLAP_HOURS}")
    return timedelta(hours=hours)
