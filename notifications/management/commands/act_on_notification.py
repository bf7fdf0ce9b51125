"""Send one message now, end it as failed, or tell its service again."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from notifications.models import Notification
from notifications.support import acts
from notify_project.api.errors import ApiError

_ACTS = {
    "send-now": (acts.send_now, "A worker tries it in a moment"),
    "fail": (acts.mark_failed, "It is technical-failure, and its service is told"),
    "tell-again": (acts.tell_again, "Its service is told again"),
}


class Command(BaseCommand):
    """Do something to one message and say what came of it."""

    # What they have to say is about the platform, and would stand in the way here.
    requires_system_checks = ()
    help = (
        "send-now: a text or an email does not wait for the time of its next attempt. fail: a "
        "message without an outcome ends as technical-failure. tell-again: the calls about it "
        "that have ended are made again. Many at once: bulk_act."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("act", choices=sorted(_ACTS))
        parser.add_argument("notification", metavar="UUID", type=UUID)
        parser.add_argument(
            "--reason", required=True, help="why: kept with the audit; it must not name anybody"
        )

    def handle(self, *args: Any, act: str, notification: UUID, reason: str, **options: Any) -> None:
        """Run the command."""
        del args, options
        row = Notification.objects.filter(id=notification).first()
        if row is None:
            raise CommandError(f"there is no notification {notification}")
        change, said = _ACTS[act]
        try:
            change(row, actor=None, reason=reason)
        except ApiError as error:
            raise CommandError(error.message) from error
        self.stdout.write(said)
