"""Give references to letters that were stored without one."""

from collections.abc import Iterator
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from notifications.letters.references import (
    MAX_TRIES,
    NoUnusedReference,
    new_reference,
    taken_references,
)
from notifications.models import Notification, NotificationHistory
from notify_project.constants import NotificationType

BATCH = 1000
TABLES = (Notification._meta.db_table, NotificationHistory._meta.db_table)  # noqa: SLF001


def count_letters_without_reference(service_id: UUID | None = None) -> int:
    """Return how many letters have no reference, live or in history, each counted once."""
    live, history = _without_reference(service_id)
    return live.union(history).count()


def give_missing_references(service_id: UUID | None = None) -> Iterator[int]:
    """Give each letter without a reference one, in batches; yield the size of each batch.

    A letter's live row and its history row get the same value; one that it has is kept.

    Raises:
        NoUnusedReference: the source of randomness is broken.
    """
    while batch := _give_to_batch(service_id):
        yield batch


def unused_references(count: int) -> Iterator[str]:
    """Yield different references that no letter has or had.

    Raises:
        NoUnusedReference: the source of randomness is broken.
    """
    for begin in range(0, count, BATCH):
        yield from _draw(min(BATCH, count - begin))


@transaction.atomic
def _give_to_batch(service_id: UUID | None) -> int:
    live, history = _without_reference(service_id)
    ids = list(live.union(history)[:BATCH])
    given = dict(zip(ids, _draw(len(ids)), strict=True)) | _kept(ids)
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(
                f"UPDATE {table} AS letter SET reference = given.reference "  # noqa: S608 - our own name
                "FROM unnest(%s::uuid[], %s::text[]) AS given (id, reference) "
                "WHERE letter.id = given.id AND letter.reference IS NULL",
                [[str(letter_id) for letter_id in given], list(given.values())],
            )
    return len(ids)


def _draw(count: int) -> list[str]:
    found: set[str] = set()
    for _ in range(MAX_TRIES):
        drawn = {new_reference() for _ in range(count - len(found))}
        found |= drawn - taken_references(list(drawn))
        if len(found) == count:
            return list(found)
    raise NoUnusedReference(f"no {count} unused references in {MAX_TRIES} draws")


def _without_reference(
    service_id: UUID | None,
) -> tuple[QuerySet[Notification, UUID], QuerySet[NotificationHistory, UUID]]:
    """Return the ids, in both tables."""
    wanted = Q(notification_type=NotificationType.LETTER, reference=None)
    if service_id is not None:
        wanted &= Q(service_id=service_id)
    return (
        Notification.objects.filter(wanted).values_list("id", flat=True),
        NotificationHistory.objects.filter(wanted).values_list("id", flat=True),
    )


def _kept(ids: list[UUID]) -> dict[UUID, str]:
    """Return the references that letters have in one of the two tables."""
    live = Notification.objects.filter(id__in=ids).values_list("id", "reference")
    history = NotificationHistory.objects.filter(id__in=ids).values_list("id", "reference")
    return {letter_id: reference for letter_id, reference in live.union(history) if reference}
