"""Repair a letter that went wrong: make its pages again, send it again, or give it up."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from notifications.letters.cancel import cancel_letter
from notifications.models import Notification
from notifications.support.letters import give_up, make_pages_again, send_again
from notify_project.api.errors import ApiError
from notify_project.constants import NotificationType


class Command(BaseCommand):
    """Do one thing to one letter, and say how it stands."""

    # What they have to say is about the platform, and would stand in the way here.
    requires_system_checks = ()
    help = (
        "Repairs one letter. Without an option it only says how the letter stands. What is done is "
        "kept with the audit, with the reason."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("letter", help="its reference, as the printer knows it, or its id")
        what = parser.add_mutually_exclusive_group()
        what.add_argument(
            "--pages",
            action="store_const",
            const="pages",
            dest="what",
            help="make the pages of a letter from a template again, before its print run",
        )
        what.add_argument(
            "--send-again",
            action="store_const",
            const="send-again",
            dest="what",
            help="print a letter in technical-failure with the next print run",
        )
        what.add_argument(
            "--give-up",
            action="store_const",
            const="give-up",
            dest="what",
            help="make a technical-failure a permanent-failure: it is never printed",
        )
        what.add_argument(
            "--cancel",
            action="store_const",
            const="cancel",
            dest="what",
            help="cancel a letter before its print run",
        )
        parser.add_argument("--reason", default="", help="why: kept with the audit")

    def handle(self, *args: Any, letter: str, what: str | None, **options: Any) -> None:
        """Run the command."""
        del args
        row = _find(letter)
        if what is not None and not options["reason"]:
            raise CommandError(f"--{what} needs --reason")
        try:
            _do(what, row, options["reason"])
        except ApiError as error:
            raise CommandError(error.message) from error
        row.refresh_from_db()
        why = f", {row.failure_reason}" if row.failure_reason else ""
        self.stdout.write(f"{row.id}: {row.status}{why}, {row.billable_units} sheets")


def _do(what: str | None, row: Notification, reason: str) -> None:
    if what == "cancel":
        cancel_letter(row.service_id, row.id, reason=reason)
    elif what == "pages":
        make_pages_again(row, actor=None, reason=reason)
    elif what == "send-again":
        send_again(row, actor=None, reason=reason)
    elif what == "give-up":
        give_up(row, actor=None, reason=reason)


def _find(text: str) -> Notification:
    letters = Notification.objects.filter(notification_type=NotificationType.LETTER)
    try:
        row = letters.filter(id=UUID(text)).first()
    except ValueError:
        row = letters.filter(reference=text.upper()).first()
    if row is None:
        raise CommandError(f"there is no letter {text}")
    return row
