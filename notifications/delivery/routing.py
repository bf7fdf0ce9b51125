"""Which provider sends a message."""

import logging
import random
import threading
import time
from uuid import UUID

from notifications.models import ProviderDetails
from notify_project.constants import NotificationType

logger = logging.getLogger(__name__)

REMEMBERED_SECONDS = 10.0
# A note is a convenience; an outage must not fill the memory with them.
MAX_NOTES = 10_000


class NoProvider(Exception):
    """None is switched on; one may be later."""


class Router:
    """Chooses by weight among active providers, and passes over the one that just failed."""

    def __init__(self) -> None:
        self._failed: dict[UUID, str] = {}
        self._rows: list[ProviderDetails] = []
        self._read_at = float("-inf")
        self._lock = threading.Lock()

    def choose(
        self, notification_id: UUID, notification_type: str, *, international: bool
    ) -> ProviderDetails:
        """Return the provider for the next attempt.

        Raises:
            NoProvider: none is active.
        """
        candidates = [
            row
            for row in self._active()
            if row.notification_type == notification_type
            and (row.supports_international or not _is_abroad(notification_type, international))
        ]
        if not candidates:
            logger.error("no provider of %s is active", notification_type)
            raise NoProvider(notification_type)
        failed = self._failed.pop(notification_id, None)
        others = [row for row in candidates if row.identifier != failed] or candidates
        weights = [row.priority for row in others]
        if len(others) == 1:
            return others[0]
        if not any(weights):
            return random.choice(others)  # noqa: S311 - only spreads load
        return random.choices(others, weights)[0]  # noqa: S311 - only spreads load

    def note_failure(self, notification_id: UUID, identifier: str) -> None:
        """Remember whom to pass over at the next attempt."""
        if len(self._failed) >= MAX_NOTES:
            self._failed.clear()
        self._failed[notification_id] = identifier

    def _active(self) -> list[ProviderDetails]:
        with self._lock:
            if time.monotonic() - self._read_at > REMEMBERED_SECONDS:
                self._rows = list(ProviderDetails.objects.filter(active=True))
                self._read_at = time.monotonic()
            return self._rows


def _is_abroad(notification_type: str, international: bool) -> bool:  # noqa: FBT001 - a column
    return notification_type == NotificationType.SMS and international
