"""What all writers share: the same change in the history row, and reading what has changed."""

from typing import Any

from django.db.backends.utils import CursorWrapper

from notifications.callbacks.outbox import Moved
from notifications.statuses import Status

# Everything that may change after creation, of the columns that history copies. It changes
# rows that exist and makes none: what is not real has no history.
_MUTABLE = (
    "notification_status",
    "updated_at",
    "sent_at",
    "sent_by",
    "reference",
    "billable_units",
    "postage",
    "international",
)
_ASSIGNMENTS = ", ".join(f"{column} = written.{column}" for column in _MUTABLE)
UPDATE_HISTORY = (
    f"UPDATE notification_history h SET {_ASSIGNMENTS} FROM written WHERE h.id = written.id"  # noqa: S608 - constants
)

CHANGED_COLUMNS = """
    id, service_id, notification_type, notification_status, created_at, sent_at, updated_at,
    template_id, template_version, "to", client_reference,
    EXISTS (
        SELECT FROM service_callback_api callback
        WHERE callback.service_id = written.service_id
            AND callback.callback_type = 'delivery_status'
    )
"""


def read_changes(cursor: CursorWrapper) -> list[Moved]:
    """Read rows of ``CHANGED_COLUMNS``."""
    return [_moved(*row) for row in cursor.fetchall()]


def _moved(*row: Any) -> Moved:
    (notification_id, service_id, kind, status, created_at, sent_at, updated_at, *rest) = row
    template_id, template_version, recipient, client_reference, wants_callback = rest
    return Moved(
        id=notification_id,
        service_id=service_id,
        notification_type=kind,
        status=Status(status),
        created_at=created_at,
        sent_at=sent_at,
        updated_at=updated_at,
        template_id=template_id,
        template_version=template_version,
        recipient=recipient,
        client_reference=client_reference,
        wants_callback=wants_callback,
    )
