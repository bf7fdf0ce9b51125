"""Delete requests to be written to no more, each of which holds an address, when time is over."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection

# As long as a service may keep the emails themselves.
OPEN_FOR: Final = timedelta(days=90)
# As long as what services were told.
DONE_FOR: Final = timedelta(days=7)
BATCH: Final = 10_000

# No index finds those that were dealt with, so that no write pays for one: there are few.
_DELETE = """
WITH old AS (
    SELECT id FROM unsubscribe_requests
    WHERE created_at < %(opened_before)s OR processed_at < %(done_before)s
    LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
DELETE FROM unsubscribe_requests r USING old WHERE r.id = old.id
"""


def purge_unsubscribe_requests(now: datetime) -> int:
    """Delete requests that were dealt with a week ago or made long ago, and count them."""
    count = 0
    values: dict[str, Any] = {
        "opened_before": now - OPEN_FOR,
        "done_before": now - DONE_FOR,
        "limit": BATCH,
    }
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_DELETE, values)
            deleted = int(cursor.rowcount)
        count += deleted
        if deleted < BATCH:
            return count
