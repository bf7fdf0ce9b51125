"""What is held back just now, as this process knows it: read once a second by who sends."""

import logging
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import DatabaseError, InterfaceError

from notifications.models import Hold, Notification
from notify_project.database import is_away, reconnect

logger = logging.getLogger(__name__)
Kind = Hold.Kind

# Who sends reads anew what is older than this.
REMEMBERED_SECONDS: Final = 1.0
# And nothing is handed over on the word of anything older than this.
TRUSTED_SECONDS: Final = 1.8
# How long a message that is ready waits for the reading; the database may be away.
PATIENCE_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Held:
    """The subjects of all holds that hold."""

    services: frozenset[UUID] = frozenset()
    templates: frozenset[UUID] = frozenset()
    lanes: frozenset[str] = frozenset()
    providers: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.services or self.templates or self.lanes or self.providers)

    def holds(self, row: Notification) -> Hold.Kind | None:
        """Return by what a message is held, whoever would take it; None: it may go."""
        return self.holds_what(row.service_id, row.template_id)

    def holds_what(self, service_id: UUID, template_id: UUID) -> Hold.Kind | None:
        """Likewise, of what a message is made of."""
        if service_id in self.services:
            return Kind.SERVICE
        return Kind.TEMPLATE if template_id in self.templates else None


def read_held() -> Held:
    """Read the holds: one query of a table that is mostly empty."""
    return held_of(Hold.objects.active().values_list("kind", "key"))


def held_of(rows: Iterable[tuple[str, str]]) -> Held:
    """Return what is held by holds of these kinds and keys."""
    keys: dict[str, set[str]] = {kind: set() for kind in Kind.values}
    for kind, key in rows:
        keys[kind].add(key)
    return Held(
        services=_ids(keys[Kind.SERVICE]),
        templates=_ids(keys[Kind.TEMPLATE]),
        lanes=frozenset(keys[Kind.LANE]),
        providers=frozenset(keys[Kind.PROVIDER]),
    )


def _ids(keys: Iterable[str]) -> frozenset[UUID]:
    return frozenset(map(UUID, keys))


class Memory:
    """What one process knows; its main thread reads, the others wait for that."""

    def __init__(self) -> None:
        self._held = Held()
        self._began_at = float("-inf")
        self._is_read = threading.Condition()

    def refresh(self) -> Held:
        """Return what is held, read a second ago at most.

        A database that is away is waited for elsewhere: then what is known grows old.
        """
        if time.monotonic() - self._began_at > REMEMBERED_SECONDS:
            began_at = time.monotonic()
            try:
                held = read_held()
            except (DatabaseError, InterfaceError) as error:
                if not is_away(error):
                    raise
                logger.warning("what is held cannot be read: %s", type(error).__name__)
                reconnect()
            else:
                self.take(held, began_at)
        return self._held

    def take(self, held: Held, began_at: float) -> None:
        """Remember what was read; ``began_at`` is ``time.monotonic()`` before that."""
        with self._is_read:
            self._held, self._began_at = held, began_at
            self._is_read.notify_all()

    def trusted(self) -> Held | None:
        """Return what is held, for a thread that is about to hand over.

        Returns:
            None if nobody has read it lately: then nothing may be handed over.
        """
        with self._is_read:
            if not self._is_read.wait_for(self._is_fresh, timeout=PATIENCE_SECONDS):
                return None
            return self._held

    def forget(self) -> None:
        """Read anew the next time."""
        with self._is_read:
            self._began_at = float("-inf")

    def _is_fresh(self) -> bool:
        return time.monotonic() - self._began_at <= TRUSTED_SECONDS


memory: Final = Memory()
