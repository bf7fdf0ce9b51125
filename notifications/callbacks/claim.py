"""Which outbox rows are due, each to one worker."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from django.conf import settings
from django.db.models.functions import Coalesce

from notifications.models import CallbackDelivery

_DUE_AT = "coalesce(c.next_attempt_at, c.created_at)"

# Services that wait are found by skipping through the index, so that a backlog of one costs
# nothing. A service may have so many calls under way and no more: one that hangs must not take
# the threads of all others.
_CLAIM = f"""
WITH RECURSIVE services (id) AS (
    (SELECT c.service_id FROM callback_deliveries c
     WHERE c.state = 'waiting' ORDER BY c.service_id LIMIT 1)
    UNION ALL
    SELECT (
        SELECT c.service_id FROM callback_deliveries c
        WHERE c.state = 'waiting' AND c.service_id > services.id ORDER BY c.service_id LIMIT 1
    ) FROM services WHERE services.id IS NOT NULL
), picked AS (
    SELECT due.id FROM services CROSS JOIN LATERAL (
        SELECT c.id, {_DUE_AT} AS due_at FROM callback_deliveries c
        WHERE c.state = 'waiting' AND c.service_id = services.id AND {_DUE_AT} <= %(now)s
        ORDER BY {_DUE_AT}
        LIMIT coalesce((%(room)s::jsonb ->> services.id::text)::int, %(share)s)
        FOR UPDATE SKIP LOCKED
    ) due ORDER BY due.due_at LIMIT %(limit)s
)
UPDATE callback_deliveries c SET attempts = c.attempts + 1, next_attempt_at = %(lease_until)s
FROM picked WHERE c.id = picked.id
RETURNING c.*
"""  # noqa: S608 - constants of this module


def claim_due(
    *, limit: int, share: int, room: dict[UUID, int], now: datetime
) -> list[CallbackDelivery]:
    """Take due rows; nobody else takes them before their lease ends.

    Args:
        limit: how many at most.
        share: how many at most of one service.
        room: how many at most of these services.
        now: what is due is due by then.
    """
    lease = timedelta(seconds=settings.CALLBACK_LEASE_SECONDS)
    values: dict[str, Any] = {
        "limit": limit,
        "share": share,
        "room": orjson.dumps({str(key): value for key, value in room.items()}).decode(),
        "now": now,
        "lease_until": now + lease,
    }
    return list(CallbackDelivery.objects.raw(_CLAIM, values))


def has_due_rows(now: datetime) -> bool:
    """Say whether a service should be told something by now."""
    waiting = CallbackDelivery.objects.filter(state=CallbackDelivery.State.WAITING)
    due_at = Coalesce("next_attempt_at", "created_at")
    return waiting.alias(due_at=due_at).filter(due_at__lte=now).exists()
