"""Taking a report of letters that came back, which may name very many."""

from collections.abc import Iterable
from uuid import uuid4

from django.db import transaction

from notifications.receipts.tasks import record_returned_letters
from notify_project import audit
from notify_project.constants import Queue
from notify_project.queues import enqueue
from services.models import User

# Source: the life of a letter, returned letters.
_IN_ONE_TASK = 5000


def audit_report(count: int, *, actor: User | None) -> None:
    """Record who reported how many references."""
    audit.record(
        "report returned letters",
        audit.Report("returned letters"),
        actor=actor,
        after={"references": count},
    )


def report_returned(references: Iterable[str], *, actor: User | None) -> None:
    """Queue a report for workers; reported again after a failure, it changes nothing more.

    Args:
        references: as they are printed on the letters.
        actor: who reports them.

    Raises:
        redis.RedisError: some are not queued.
    """
    distinct = sorted(set(references))
    with transaction.atomic():
        audit_report(len(distinct), actor=actor)
        for first in range(0, len(distinct), _IN_ONE_TASK):
            enqueue(
                record_returned_letters,
                " ".join(distinct[first : first + _IN_ONE_TASK]),
                queue=Queue.LETTERS,
                # Described by it: thousands of references are no description.
                task_id=f"returned-letters-{uuid4()}",
            )
