"""Remove documents that have expired, with their files."""

import logging
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from notifications.models import Document
from notify_project import clock, storage
from notify_project.storage import Area

logger = logging.getLogger(__name__)

BATCH: Final = 500
# How long the folder of a day is looked into for files that no row names.
DAYS_LOOKED_BACK: Final = 7


def purge_expired_documents() -> None:
    """Remove what has expired; every night."""
    logger.info("removed %s expired documents", purge(clock.now()))


def purge(now: datetime) -> int:
    """Remove expired documents and the files that a crash left behind; return how many rows.

    Raises:
        ExceptionGroup: some files could not be deleted. Their rows stay; all others are gone.
    """
    removed, failures, last = 0, [], None
    while batch := _expired(now, after=last):
        gone, errors = delete_files(batch)
        Document.objects.filter(id__in=gone).delete()
        removed += len(gone)
        failures += errors
        last = batch[-1].id
    _delete_leftovers(now)
    if failures:
        raise ExceptionGroup(f"{len(failures)} documents could not be removed", failures)
    return removed


def _expired(now: datetime, *, after: UUID | None) -> list[Document]:
    rows = Document.objects.filter(expires_at__lte=now).order_by("id")
    if after is not None:
        rows = rows.filter(id__gt=after)
    return list(rows[:BATCH])


def delete_files(rows: list[Document]) -> tuple[list[UUID], list[Exception]]:
    """Delete files; return the documents that have none left, and what went wrong with others."""
    gone: list[UUID] = []
    errors: list[Exception] = []
    for row in rows:
        try:
            storage.delete(Area.DOCUMENTS, row.stored_name)
        except Exception as error:  # noqa: BLE001 - one bad file must not keep the rest; raised later
            errors.append(error)
        else:
            gone.append(row.id)
    return gone, errors


def _delete_leftovers(now: datetime) -> None:
    """Delete the files in the folders of past days: whatever is there has expired."""
    for back in range(1, DAYS_LOOKED_BACK + 1):
        day = now - timedelta(days=back)
        for name in storage.names(Area.DOCUMENTS, f"{day:%Y-%m-%d}"):
            storage.delete(Area.DOCUMENTS, name)
