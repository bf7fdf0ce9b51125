"""Accept a request once, however often it is repeated: the Idempotency-Key header.

The first answer is stored in the transaction of the notification itself, so there is never the
one without the other. Source: draft-ietf-httpapi-idempotency-key-header, whose header this is.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet

from notifications.models import IdempotentAnswer
from notify_project import clock
from notify_project.api.errors import ApiError, ValidationFailed
from services.caller import Caller

KEPT = timedelta(hours=72)
RETRY_AFTER_SECONDS = 1
DELETE_AT_ONCE = 1000
_KEY = re.compile(r"[\x21-\x7e]{1,255}")


class KeyInUse(ApiError):
    """A request with this key is being answered at this moment."""

    error = "IdempotencyKeyInUse"
    status_code = 409
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}

    def __init__(self) -> None:
        super().__init__("A request with this Idempotency-Key is still running, try again")


class KeyReused(ApiError):
    """The key was used before, for something else."""

    error = "IdempotencyKeyReused"
    status_code = 422

    def __init__(self) -> None:
        super().__init__("This Idempotency-Key was used for another request")


@dataclass(frozen=True, slots=True)
class OnceOnly:
    """A request that names an idempotency key.

    Attributes:
        caller: keys of one service and one kind of API key are one space.
        key_digest: of the header.
        request_digest: of path and body; the same key with another one is refused.
    """

    caller: Caller
    key_digest: str
    request_digest: str


def once_only(caller: Caller, key: str, path: str, body: bytes) -> OnceOnly:
    """Describe a request by digests.

    Raises:
        ValidationFailed: the key is empty, too long, or holds other than visible characters.
    """
    if not _KEY.fullmatch(key):
        raise ValidationFailed("Idempotency-Key must be 1 to 255 visible ASCII characters")
    request = hashlib.sha256(path.encode() + b"\n" + body).hexdigest()
    return OnceOnly(caller, hashlib.sha256(key.encode()).hexdigest(), request)


def run_once(request: OnceOnly, run: Callable[[], tuple[UUID, str]]) -> tuple[str, bool]:
    """Run what accepts the request, unless it has been answered; return the answer.

    Args:
        request: with its key.
        run: stores one notification; returns its id and the answer.

    Returns:
        The answer, and whether it is an earlier one.

    Raises:
        KeyInUse: another request with this key is running.
        KeyReused: the key was used for another request.
    """
    answer = _find_answer(request)  # repeats need no lock
    if answer is not None:
        return answer, True
    with transaction.atomic():
        _lock(request)
        answer = _find_answer(request)
        if answer is not None:
            return answer, True
        notification_id, answer = run()
        _rows(request).delete()  # one that has outlived its time
        IdempotentAnswer.objects.create(
            service_id=request.caller.service.id,
            key_type=request.caller.key.key_type,
            key_digest=request.key_digest,
            request_digest=request.request_digest,
            notification_id=notification_id,
            answer=answer,
            created_at=clock.now(),
        )
    return answer, False


def delete_old_answers() -> int:
    """Delete the answers that are not repeated any more, and return how many."""
    deleted = 0
    while True:
        old = IdempotentAnswer.objects.filter(created_at__lte=clock.now() - KEPT)
        ids = list(old.values_list("id", flat=True)[:DELETE_AT_ONCE])
        if not ids:
            return deleted
        deleted += IdempotentAnswer.objects.filter(id__in=ids).delete()[0]


def _find_answer(request: OnceOnly) -> str | None:
    row = _rows(request).filter(created_at__gt=clock.now() - KEPT).first()
    if row is None:
        return None
    if row.request_digest != request.request_digest:
        raise KeyReused
    return str(row.answer)


def _rows(request: OnceOnly) -> QuerySet[IdempotentAnswer]:
    return IdempotentAnswer.objects.filter(
        service_id=request.caller.service.id,
        key_type=request.caller.key.key_type,
        key_digest=request.key_digest,
    )


def _lock(request: OnceOnly) -> None:
    """Keep others with this key out until the transaction ends, however it ends."""
    name = f"{request.caller.service.id} {request.caller.key.key_type} {request.key_digest}"
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        row = cursor.fetchone()
    if row is None or not row[0]:
        raise KeyInUse
