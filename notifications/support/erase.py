"""Erase a person from everything that is stored; counts, bills, facts and statuses stay.

It may end anywhere and be begun again: each step leaves what it has not done where it is found by
the same look. A second run under the same case goes on with the counts of the first.
"""

import logging

from django.db import transaction

from notifications.models import PersonRequest
from notifications.support import (
    calls,
    documents,
    messages,
    people,
    received,
    refusals,
    stored_files,
    waiting,
)
from notifications.support.person import Person
from notifications.support.running import Erasing, Tell, Unaccountable, require_reason
from notify_project import audit, clock
from services.models import User

logger = logging.getLogger(__name__)

# What waits to be sent comes first. Messages come again once no file can make more of them.
_STEPS = (
    waiting.erase_waiting,
    messages.erase_messages,
    stored_files.erase_rows,
    messages.erase_messages,
    received.erase_received_texts,
    refusals.erase_refusals,
    people.erase_guests,
    documents.erase_documents,
    calls.erase_orphans,
)


def erase(
    person: Person, *, actor: User | None, reason: str, case_reference: str, tell: Tell
) -> PersonRequest:
    """Erase a person everywhere, and return what was done.

    Args:
        person: whom.
        actor: who asked for it; None is somebody at the command line, or a program.
        reason: why; it is kept.
        case_reference: what the affair is called elsewhere; it is kept.
        tell: is told how far it has come.

    Raises:
        Unaccountable: reason or case are missing, or tell who it is.
        redis.RedisError: Redis did not answer; run it again.
        StorageAway: files cannot be read or replaced; run it again.
    """
    require_reason(person, reason, case_reference)
    if not case_reference.strip():
        raise Unaccountable("Name the case")
    request = _begin(person, actor, reason.strip(), case_reference.strip())
    erasing = Erasing(person, request, actor, tell)
    for step in _STEPS:
        step(erasing)
    _finish(request, actor, reason)
    logger.info("erasure %s is complete", request.id)
    return request


def _begin(person: Person, actor: User | None, reason: str, case_reference: str) -> PersonRequest:
    """Return the row of an erasure of the same case that did not end, or a new one."""
    begun = PersonRequest.objects.filter(
        kind=PersonRequest.Kind.ERASE,
        finished_at=None,
        case_reference=case_reference,
        digests=person.digests,
    )
    if (request := begun.order_by("created_at", "id").first()) is not None:
        return request
    with transaction.atomic():
        request = PersonRequest.objects.create(
            kind=PersonRequest.Kind.ERASE,
            digests=person.digests,
            actor=actor,
            reason=reason,
            case_reference=case_reference,
        )
        _audit("begin to erase person", request, actor, reason)
    return request


def _finish(request: PersonRequest, actor: User | None, reason: str) -> None:
    with transaction.atomic():
        request.finished_at = clock.now()
        request.save(update_fields=["counts", "finished_at"])
        _audit("erase person", request, actor, reason)


def _audit(action: str, request: PersonRequest, actor: User | None, reason: str) -> None:
    after = {
        "digests": request.digests,
        "case": request.case_reference,
        "counts": request.counts,
    }
    audit.record(action, request, actor=actor, after=after, reason=reason)
