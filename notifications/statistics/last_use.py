"""When the keys of a service were last used, as far as messages are kept."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from notifications.statuses import Status
from notify_project.constants import NotificationType

# Key by key, type by type and status by status: each answer is one step in the index of what came
# with one key.
_FIND: Final = """
SELECT k.id, max(newest.created_at)
FROM unnest(%(keys)s::uuid[]) AS k (id)
CROSS JOIN unnest(%(types)s::text[]) AS t (notification_type)
CROSS JOIN unnest(%(statuses)s::text[]) AS s (status)
CROSS JOIN LATERAL (
    SELECT n.created_at FROM notifications n
    WHERE coalesce(n.job_id, n.api_key_id) = k.id
        AND n.notification_type = t.notification_type AND n.notification_status = s.status
    ORDER BY timezone('UTC', n.created_at) DESC, n.id DESC LIMIT 1
) newest
GROUP BY k.id
"""


def last_used(key_ids: list[UUID]) -> dict[UUID, datetime]:
    """Return when the newest message came with each key; unused ones are left out."""
    values: dict[str, Any] = {
        "keys": key_ids,
        "types": NotificationType.values,
        "statuses": Status.values,
    }
    with connection.cursor() as cursor:
        cursor.execute(_FIND, values)
        return dict(cursor.fetchall())
