"""Sessions in the database, each with whose it is, so that they can be listed and ended."""

from datetime import UTC, datetime
from typing import Any, Final

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from notify_project import clock
from services.models import PersonSession

BROWSER: Final = "browser"
STARTED: Final = "started_at"
SEEN: Final = "seen_at"


class SessionStore(DatabaseStore):
    """What Django asks for and keeps sessions in."""

    @classmethod
    def get_model_class(cls) -> type[PersonSession]:
        """Return the table."""
        return PersonSession

    def create_model_instance(self, data: dict[str, Any]) -> PersonSession:
        """Return the row of a session, with what lists show of it."""
        row: PersonSession = super().create_model_instance(data)  # type: ignore[assignment]
        row.user_id = data.get(SESSION_KEY)
        row.browser = data.get(BROWSER, "")
        row.started_at = _instant(data.get(STARTED))
        row.seen_at = _instant(data.get(SEEN))
        return row


def _instant(seconds: float | None) -> datetime:
    return clock.now() if seconds is None else datetime.fromtimestamp(seconds, UTC)
