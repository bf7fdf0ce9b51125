"""What has had no answer for long: messages without a receipt, services that do not listen."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection

from notify_project.constants import KeyType, NotificationType

PATIENCE: Final = timedelta(days=1)
# For each service, type and kind of key as many are counted at most.
MOST: Final = 100

# Service by service, in the words of the index on what a service has in a status.
_FIND: Final = """
SELECT
    (
        SELECT count(*)
        FROM services s
        CROSS JOIN unnest(%(types)s::text[]) AS t (notification_type)
        CROSS JOIN unnest(%(keys)s::text[]) AS k (key_type)
        CROSS JOIN unnest(ARRAY[true, false]) AS j (not_of_a_job)
        CROSS JOIN LATERAL (
            SELECT FROM notifications n
            WHERE n.service_id = s.id AND n.key_type = k.key_type
                AND (n.job_id IS NULL) = j.not_of_a_job
                AND n.notification_type = t.notification_type AND n.notification_status = 'sending'
                AND timezone('UTC', n.created_at) < timezone('UTC', %(before)s::timestamptz)
            LIMIT %(most)s
        ) overdue
    ),
    (SELECT count(*) FROM failing_endpoints),
    (SELECT count(dead_since) FROM failing_endpoints)
"""


@dataclass(frozen=True, slots=True)
class Overdue:
    """What has had no answer for long.

    Attributes:
        sending: texts and emails that a provider took more than a day ago and said nothing of;
            of each service not more than a few hundred are counted.
        failing: addresses of services that did not answer lately.
        dead: of those, addresses that are left alone.
    """

    sending: int
    failing: int
    dead: int


def overdue(now: datetime) -> Overdue:
    """Count it."""
    values: dict[str, Any] = {
        "types": [NotificationType.SMS.value, NotificationType.EMAIL.value],
        "keys": [KeyType.NORMAL.value, KeyType.TEAM.value],
        "before": now - PATIENCE,
        "most": MOST,
    }
    with connection.cursor() as cursor:
        cursor.execute(_FIND, values)
        return Overdue(*cursor.fetchone())
