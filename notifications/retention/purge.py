"""Delete messages whose time is over. What is real remains in history, without anyone's data."""

import logging
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from notifications.letters.listing import Listing
from notifications.models import Notification
from notifications.models.history import HISTORY_COLUMNS
from notifications.retention.cutoffs import cutoffs
from notifications.statuses import WAITING
from notify_project.storage import StorageAway, delete_each
from services.models.retention import DEFAULT_DAYS

logger = logging.getLogger(__name__)

# Nobody waits for these rows: they have their outcome, and receipts for them are late.
BATCH: Final = 20_000
# Each has files to delete while its row is locked.
LETTERS_BATCH: Final = 200
_BEGINNING: Final = (datetime(1970, 1, 1, tzinfo=UTC), UUID(int=0))

# Along the index on times, each batch behind the one before, so that the rows of services that
# keep theirs longer are passed once.
_OLD = """
    FROM notifications n
    LEFT JOIN service_data_retention r
        ON r.service_id = n.service_id AND r.notification_type = n.notification_type
    JOIN unnest(%(days)s::int[], %(cutoffs)s::timestamptz[]) AS kept (days, cutoff)
        ON kept.days = coalesce(r.days_of_retention, %(default_days)s)
    WHERE n.created_at < %(newest)s AND n.created_at < kept.cutoff
        AND (n.notification_type = 'letter') = %(letters)s
"""
_IN_BATCH = f"""
    {_OLD}
        AND (n.created_at, n.id) > (%(after)s, %(after_id)s::uuid)
        AND n.notification_status <> ALL(%(waiting)s)
    ORDER BY n.created_at, n.id LIMIT %(limit)s
    FOR UPDATE OF n SKIP LOCKED
"""
_COLUMNS = ", ".join(HISTORY_COLUMNS)
# Every real message has its history row from the beginning; should one lack it, it gets it now.
_DELETE = f"""
, missing AS (
    INSERT INTO notification_history ({_COLUMNS})
    SELECT {", ".join(f"n.{column}" for column in HISTORY_COLUMNS)}
    FROM notifications n JOIN old ON n.id = old.id
    WHERE n.is_real AND NOT EXISTS (SELECT FROM notification_history h WHERE h.id = n.id)
    ON CONFLICT DO NOTHING
    RETURNING id
), events AS (
    DELETE FROM delivery_events e WHERE e.notification_id = ANY(ARRAY(SELECT id FROM old))
), deleted AS (
    DELETE FROM notifications n USING old WHERE n.id = old.id
    RETURNING n.created_at, n.id
)
SELECT
    (SELECT count(*) FROM deleted),
    (SELECT count(*) FROM missing),
    last.created_at,
    last.id
FROM (SELECT 1) one LEFT JOIN (
    SELECT created_at, id FROM deleted ORDER BY created_at DESC, id DESC LIMIT 1
) last ON true
"""  # noqa: S608 - constants
_DELETE_OLD = f"WITH old AS MATERIALIZED (SELECT n.id {_IN_BATCH}) {_DELETE}"
_DELETE_THESE = f"""
WITH old AS (
    SELECT unnest(%(ids)s::uuid[]) AS id
), checks AS (
    DELETE FROM letter_checks c USING old WHERE c.notification_id = old.id
) {_DELETE}
"""  # noqa: S608 - constants
_OLD_LETTERS = f"SELECT n.* {_IN_BATCH}"
_COUNT_WAITING = f"SELECT count(*) {_OLD} AND n.notification_status = ANY(%(waiting)s)"


@dataclass(frozen=True, slots=True)
class Purged:
    """What one run deleted.

    Attributes:
        count: messages.
        without_history: of them, real ones whose history row was missing; there should be none.
        kept_for_files: letters, of those looked at, that stay until their files can be deleted.
    """

    count: int = 0
    without_history: int = 0
    kept_for_files: int = 0


def purge_texts_and_emails(today: date) -> Purged:
    """Delete texts and emails whose time is over.

    Args:
        today: the London day on which it is over.
    """
    count = without_history = 0
    values = _values(today, letters=False, limit=BATCH)
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_DELETE_OLD, values)
            deleted, missing, after, after_id = cursor.fetchone()
        count, without_history = count + deleted, without_history + missing
        if deleted < BATCH:
            return Purged(count, without_history)
        values |= {"after": after, "after_id": str(after_id)}


def purge_letters(today: date) -> Purged:
    """Delete letters whose time is over, their files first.

    Args:
        today: the London day on which it is over.
    """
    count = without_history = kept = 0
    values = _values(today, letters=True, limit=LETTERS_BATCH)
    stored = Listing()
    while True:
        with transaction.atomic():
            letters = list(Notification.objects.raw(_OLD_LETTERS, values))
            gone, errors = delete_each(letters, partial(_delete_files, stored))
            with connection.cursor() as cursor:
                cursor.execute(_DELETE_THESE, {"ids": [str(letter.id) for letter in gone]})
                deleted, missing, _, _ = cursor.fetchone()
        count, without_history = count + deleted, without_history + missing
        kept += len(letters) - len(gone)
        gave_up = len(gone) + len(errors) < len(letters)
        if gave_up or len(letters) < LETTERS_BATCH:
            return Purged(count, without_history, kept)
        values |= {"after": letters[-1].created_at, "after_id": str(letters[-1].id)}


def count_overdue(today: date) -> int:
    """Count messages whose time is over and that still have no outcome; they are never deleted."""
    total = 0
    for letters in (False, True):
        with connection.cursor() as cursor:
            cursor.execute(_COUNT_WAITING, _values(today, letters=letters, limit=0))
            total += cursor.fetchone()[0]
    return total


def _delete_files(stored: Listing, letter: Notification) -> None:
    try:
        stored.delete_all(letter)
    except StorageAway:
        logger.error("the files of letter %s cannot be deleted", letter.id)  # noqa: TRY400
        raise


def _values(today: date, *, letters: bool, limit: int) -> dict[str, Any]:
    ends = cutoffs(today)
    after, after_id = _BEGINNING
    return {
        "days": list(ends),
        "cutoffs": list(ends.values()),
        "default_days": DEFAULT_DAYS,
        "newest": max(ends.values()),
        "letters": letters,
        "waiting": [status.value for status in WAITING],
        "after": after,
        "after_id": str(after_id),
        "limit": limit,
    }
