"""Switch how messages are accepted, or tell how they are."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, InterfaceError
from redis import RedisError

from notifications.acceptance.modes import (
    AcceptMode,
    current_mode,
    record_switch,
    switch_mode,
)
from notify_project.queues import is_scheduler_alive


class Command(BaseCommand):
    """``manage.py set_accept_mode [MODE]``."""

    help = (
        "persist_first: a message is stored, then answered. queue_first: it is queued and "
        "answered without the database, then stored. Every process follows within "
        "READ_MODEL_SECONDS. Without a mode, prints the present one."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the argument."""
        parser.add_argument("mode", nargs="?", choices=AcceptMode.values)

    def handle(self, *args: Any, mode: str | None, **options: Any) -> None:
        """Switch, or tell."""
        del args, options
        if mode is None:
            self.stdout.write(current_mode().value)
            return
        if not settings.REDIS_ENABLED:
            raise CommandError("Without Redis (REDIS_ENABLED) messages are always stored first.")
        before = current_mode()
        try:
            switch_mode(AcceptMode(mode))
            has_scheduler = is_scheduler_alive()
        except (RedisError, OSError) as error:
            raise CommandError(f"Redis did not take it: {type(error).__name__}") from error
        self.stdout.write(f"Messages are accepted {mode} within {settings.READ_MODEL_SECONDS:g} s.")
        self._record(before, AcceptMode(mode))
        if mode == AcceptMode.QUEUE_FIRST and not has_scheduler:
            self.stderr.write(
                "No scheduler runs (manage.py run_scheduler): a message that cannot be stored at "
                "the first attempt is not tried again until one does."
            )

    def _record(self, before: AcceptMode, after: AcceptMode) -> None:
        """Write the switch down where there is a database: the mode is made for times without."""
        try:
            record_switch(before, after)
        except (DatabaseError, InterfaceError) as error:
            self.stderr.write(
                "The database cannot be reached, so the audit does not hold this: "
                f"{type(error).__name__}"
            )
