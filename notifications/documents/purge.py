"""Remove documents that have expired, with their files."""

import logging
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from notifications.models import Document
from notify_project import clock, storage
from notify_project.storage import Area, StorageAway

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
    removed, last = 0, None
    failures: list[Exception] = []
    while batch := _expired(now, after=last):
        gone, errors = delete_files(batch)
        Document.objects.filter(id__in=[row.id for row in gone]).delete()
        removed += len(gone)
        failures += errors
        if len(gone) + len(errors) < len(batch):
            break
        last = batch[-1].id
    failures += _delete_leftovers(now)
    if failures:
        raise ExceptionGroup(f"{len(failures)} files could not be removed", failures)
    return removed


def _expired(now: datetime, *, after: UUID | None) -> list[Document]:
    rows = Document.objects.filter(expires_at__lte=now).order_by("id")
    if after is not None:
        rows = rows.filter(id__gt=after)
    return list(rows[:BATCH])


def delete_files(rows: list[Document]) -> tuple[list[Document], list[StorageAway]]:
    """Delete files; return the documents that have none left, and what went wrong with others."""
    return storage.delete_each(rows, lambda row: storage.delete(Area.DOCUMENTS, row.stored_name))


def _delete_leftovers(now: datetime) -> list[Exception]:
    """Delete the files in the folders of past days: whatever is there has expired.

    Returns:
        What went wrong, with the files of a day or with one of them.
    """
    errors: list[Exception] = []
    for back in range(1, DAYS_LOOKED_BACK + 1):
        day = now - timedelta(days=back)
        try:
            names = storage.names(Area.DOCUMENTS, f"{day:%Y-%m-%d}")
        except StorageAway as error:
            errors.append(error)
            continue
        for name in names:
            try:
                storage.delete(Area.DOCUMENTS, name)
            except StorageAway as error:
                errors.append(error)
    return errors
