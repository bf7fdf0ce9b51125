"""What is handed over at the end of an erasure: what was done, by whom and why, and to nobody."""

from typing import Any

from notifications.models import PersonRequest
from notifications.support import (
    answers,
    calls,
    documents,
    messages,
    people,
    received,
    refusals,
    waiting,
)
from notifications.support import stored_files as rows
from notifications.support.find import NOT_SEARCHED
from notify_project import clock

# What is counted, and the words for it.
WORDS = {
    messages.STORE: "messages erased",
    messages.STOPPED: "of them stopped before they were sent",
    messages.UNDER_WAY: "of them with a worker at that moment, which may have sent them",
    waiting.STORE: "of them not stored yet",
    waiting.UNREADABLE: "messages in Redis that no key decrypts, left alone",
    rows.STORE: "rows of files emptied",
    received.STORE: "received texts erased",
    refusals.UNSUBSCRIBE_REQUESTS: "unsubscribe requests reduced to digests",
    refusals.SUPPRESSION_ENTRIES: "suppressed addresses reduced to digests",
    people.GUESTS: "guests removed",
    calls.STORE: "calls of services erased",
    documents.STORE: "files sent by email removed",
    answers.STORE: "answers kept for repetition erased",
}


def certificate(request: PersonRequest) -> dict[str, Any]:
    """Return the certificate of an erasure."""
    finished = request.finished_at
    return {
        "certificate": str(request.id),
        "case_reference": request.case_reference,
        "reason": request.reason,
        "actor": str(request.actor_id) if request.actor_id else None,
        "began_at": clock.api_time(request.created_at),
        "finished_at": clock.api_time(finished) if finished else None,
        "recipients": len(request.digests),
        "erased": {store: request.counts.get(store, 0) for store in WORDS},
        "not_searched": list(NOT_SEARCHED),
    }


def as_text(request: PersonRequest, actor: str) -> str:
    """Return the certificate for people.

    Args:
        request: the erasure.
        actor: who asked for it, in words.
    """
    shown = certificate(request)
    lines = [
        f"Certificate of erasure {shown['certificate']}",
        f"Case: {shown['case_reference']}",
        f"Reason: {shown['reason']}",
        f"By: {actor}",
        f"Began: {shown['began_at']}",
        f"Finished: {shown['finished_at']}",
        f"Recipients asked for: {shown['recipients']}",
        *(f"{count:>8,} {WORDS[store]}" for store, count in shown["erased"].items()),
        f"Not searched: {'; '.join(shown['not_searched'])}.",
    ]
    return "\n".join(lines)
