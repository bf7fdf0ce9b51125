"""Delete received texts whose time is over. That there was one remains, without anyone's data."""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from notifications.models import InboundSms
from notifications.retention.cutoffs import cutoffs
from notify_project.constants import NotificationType
from services.retention import days_of_retention

BATCH: Final = 10_000

# Along the index on a service's times; in order, so that two runs at once take different rows.
_DELETE = """
WITH old AS MATERIALIZED (
    SELECT id FROM inbound_sms
    WHERE service_id = %(service_id)s AND created_at < %(cutoff)s
    ORDER BY created_at, id LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
), deleted AS (
    DELETE FROM inbound_sms i USING old WHERE i.id = old.id
    RETURNING i.*
), kept AS (
    INSERT INTO inbound_sms_history (
        id, service_id, notify_number, provider, provider_reference, provider_date, created_at
    )
    SELECT id, service_id, notify_number, provider, provider_reference, provider_date, created_at
    FROM deleted ON CONFLICT DO NOTHING
)
SELECT count(*) FROM deleted
"""


def purge_received_texts(today: date) -> int:
    """Delete received texts whose time is over, each batch in a transaction, and count them.

    Args:
        today: the London day on which it is over.
    """
    ends = cutoffs(today)
    # The newest that may be old: services without such texts are not asked one by one.
    rows = InboundSms.objects.filter(created_at__lt=max(ends.values())).order_by()
    services = rows.values_list("service_id", flat=True).distinct()
    return sum(
        _purge(service_id, ends[days_of_retention(service_id, NotificationType.SMS)])
        for service_id in list(services)
    )


def _purge(service_id: UUID, cutoff: datetime) -> int:
    count = 0
    values: dict[str, Any] = {"service_id": service_id, "cutoff": cutoff, "limit": BATCH}
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_DELETE, values)
            deleted: int = cursor.fetchone()[0]
        count += deleted
        if deleted < BATCH:
            return count
