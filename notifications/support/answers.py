"""First answers to requests that may be repeated: they go on saying that it was accepted."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

import orjson

from notifications.models import IdempotentAnswer
from notifications.support.running import Erasing

STORE = "idempotent_answers"
_PERSONAL = ("body", "subject")


def find_of_messages(ids: Collection[UUID]) -> list[IdempotentAnswer]:
    """Return the answers about some messages."""
    return list(IdempotentAnswer.objects.filter(notification_id__in=ids))


def shown(row: IdempotentAnswer) -> dict[str, Any]:
    """Return an answer as an export has it."""
    return {
        "notification_id": row.notification_id,
        "service_id": row.service_id,
        "created_at": row.created_at,
        "answer": orjson.loads(row.answer) if row.answer else None,
    }


def erase_of_messages(ids: Collection[UUID], telling: Collection[UUID], erasing: Erasing) -> None:
    """Take the contents out of the answers about some messages, in the caller's transaction.

    The answers stay: without them a request that is repeated would send again.

    Args:
        ids: of the messages.
        telling: those whose reference tells who the person is.
        erasing: the erasure.
    """
    rows = IdempotentAnswer.objects.select_for_update().filter(notification_id__in=ids)
    for row in rows.order_by("id"):
        row.answer = _without_content(row.answer, telling=row.notification_id in telling)
        row.save(update_fields=["answer"])
        erasing.count(STORE)


def _without_content(answer: str, *, telling: bool) -> str:
    if not answer:  # no key decrypts it
        return ""
    body: dict[str, Any] = orjson.loads(answer)
    content = body.get("content")
    if isinstance(content, dict):
        content |= {name: "" for name in _PERSONAL if name in content}
        content |= {name: None for name in ["one_click_unsubscribe_url"] if name in content}
    if "sanitised_content" in body:
        body["sanitised_content"] = {}
    if telling:
        body["reference"] = None
    return orjson.dumps(body).decode()
