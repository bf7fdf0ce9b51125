"""List what is held, since when, by whom and why, and how much waits because of it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from notifications.models import Hold
from notifications.support.giving_back import MOST_COUNTED, put_away_in_words
from notify_project.clock import LONDON
from services.models import Service
from templates_app.models import Template


class Command(BaseCommand):
    """Print a line for each hold."""

    # As with hold_sending.
    requires_system_checks = ()
    help = (
        "Lists what is held just now, and what was released and still comes back. Counting ends "
        f"at {MOST_COUNTED:,} messages; what waits in a held lane is not counted."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--all", action="store_true", help="the newest 50, released or not")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the command."""
        del args
        rows = Hold.objects.select_related("actor").order_by("-created_at", "-id")
        if not options["all"]:
            rows = rows.filter(emptied_at=None)
        found = list(rows[:50])
        names = _names(found)
        for row in found:
            self.stdout.write(_line(row, names.get(row.key, "")))
        if not found:
            self.stdout.write("Nothing is held")


def _names(rows: list[Hold]) -> dict[str, str]:
    """Return the names of what is held by its id."""
    found: dict[str, str] = {}
    for kind, model in ((Hold.Kind.SERVICE, Service), (Hold.Kind.TEMPLATE, Template)):
        ids = [row.key for row in rows if row.kind == kind]
        named = model.objects.filter(id__in=ids).values_list("id", "name")
        found |= {str(row_id): name for row_id, name in named}
    return found


def _line(row: Hold, name: str) -> str:
    since = f"{row.created_at.astimezone(LONDON):%Y-%m-%d %H:%M}"
    by = row.actor.email_address if row.actor else "a command"
    away = put_away_in_words(row)
    state = row.state + (f", {away} wait" if away else "")
    what = f"{row.kind} {row.key}" + (f" ({name})" if name else "")
    return f"{what}  {state}  since {since} by {by}: {row.reason}"
