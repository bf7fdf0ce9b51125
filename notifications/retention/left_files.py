"""Delete files that wait for their scan and belong to no letter: whoever stored them died."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from notifications.letters import files
from notifications.models import Notification
from notify_project import storage
from notify_project.constants import NotificationType
from notify_project.storage import Area, FileMissing

# Source: the specification of letters. A letter's row follows its file within moments.
KEPT_FOR: Final = timedelta(days=7)
BATCH: Final = 500


def purge_left_files(now: datetime) -> int:
    """Delete old files without a letter, those that were half written among them; count them.

    Raises:
        ExceptionGroup: some files could not be deleted; all others are gone.
    """
    removed, errors = storage.delete_each(
        _left(now), lambda name: storage.delete(Area.LETTERS, name)
    )
    if errors:
        raise ExceptionGroup(f"{len(errors)} files of no letter could not be removed", errors)
    return len(removed)


def _left(now: datetime) -> Iterator[str]:
    names = files.names_in_scan()
    for start in range(0, len(names), BATCH):
        batch = names[start : start + BATCH]
        references = {name: files.reference_in(name) for name in batch}
        letters = Notification.objects.filter(
            notification_type=NotificationType.LETTER, reference__in=references.values()
        )
        known = set(letters.values_list("reference", flat=True))
        # Only of the few that are left is it asked how old they are.
        yield from (name for name in batch if references[name] not in known and _is_old(name, now))


def _is_old(name: str, now: datetime) -> bool:
    try:
        return storage.modified_at(Area.LETTERS, name) < now - KEPT_FOR
    except FileMissing:
        return False
