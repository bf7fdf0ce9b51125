"""The end of outbox rows, and of the log of their attempts."""

from datetime import datetime, timedelta

from django.db import connection

KEEP = timedelta(days=7)
# No index finds them, so that no write pays for one: few scans are better than many.
BATCH = 50_000

_DELETE = """
WITH old AS (
    SELECT id FROM callback_deliveries
    WHERE state <> 'waiting' AND finished_at < %(before)s
    LIMIT %(limit)s FOR UPDATE SKIP LOCKED
), attempts AS (
    DELETE FROM callback_attempts a USING old WHERE a.delivery_id = old.id
)
DELETE FROM callback_deliveries c USING old WHERE c.id = old.id
"""


def delete_old_rows(now: datetime) -> int:
    """Delete rows that were finished more than 7 days ago and return how many."""
    count = 0
    while deleted := _delete_batch(now - KEEP):
        count += deleted
    return count


def _delete_batch(before: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_DELETE, {"before": before, "limit": BATCH})
        return int(cursor.rowcount)
