"""Which outbox rows are due, each to one worker."""

from datetime import datetime, timedelta
from typing import Any

import orjson
from django.conf import settings
from django.db import connection

from notifications.callbacks.calls import Endpoint
from notifications.models import CallbackDelivery

PROBE_EVERY = timedelta(minutes=1)

_DUE_AT = "coalesce(c.next_attempt_at, c.created_at)"
_DUE = f"c.state = 'waiting' AND {_DUE_AT} <= %(now)s"

# Endpoints for which something waits are found by skipping through the index, so that a backlog
# of one costs nothing.
_ENDPOINTS = """
endpoints (service_id, callback_type) AS (
    (SELECT c.service_id, c.callback_type FROM callback_deliveries c
     WHERE c.state = 'waiting' ORDER BY c.service_id, c.callback_type LIMIT 1)
    UNION ALL
    SELECT next.service_id, next.callback_type FROM endpoints e CROSS JOIN LATERAL (
        SELECT c.service_id, c.callback_type FROM callback_deliveries c
        WHERE c.state = 'waiting'
            AND (c.service_id, c.callback_type) > (e.service_id, e.callback_type)
        ORDER BY c.service_id, c.callback_type LIMIT 1
    ) next
)
"""

# An endpoint may have so many calls under way and no more: one that hangs must not take the
# threads of all others. A dead one gets a single call when its next probe is due, whoever of
# the workers comes first.
_CLAIM = f"""
WITH RECURSIVE {_ENDPOINTS}, probes AS (
    UPDATE failing_endpoints SET next_probe_at = %(next_probe_at)s
    WHERE id IN (
        SELECT f.id FROM failing_endpoints f WHERE f.next_probe_at <= %(now)s AND EXISTS (
            SELECT FROM callback_deliveries c WHERE {_DUE}
                AND c.service_id = f.service_id AND c.callback_type = f.callback_type
        ) ORDER BY f.id FOR UPDATE SKIP LOCKED
    ) RETURNING service_id, callback_type
), picked AS (
    SELECT due.id FROM endpoints e
    LEFT JOIN failing_endpoints f USING (service_id, callback_type)
    LEFT JOIN probes USING (service_id, callback_type)
    CROSS JOIN LATERAL (
        SELECT coalesce(
            (%(room)s::jsonb ->> (e.service_id || ' ' || e.callback_type))::int, %(share)s
        ) AS calls
    ) room
    CROSS JOIN LATERAL (
        SELECT c.id, {_DUE_AT} AS due_at FROM callback_deliveries c
        WHERE {_DUE} AND c.service_id = e.service_id AND c.callback_type = e.callback_type
        ORDER BY {_DUE_AT}
        LIMIT CASE WHEN f.dead_since IS NULL THEN room.calls
            WHEN probes.service_id IS NULL THEN 0 ELSE least(room.calls, 1) END
        FOR UPDATE SKIP LOCKED
    ) due ORDER BY due.due_at LIMIT %(limit)s
)
UPDATE callback_deliveries c SET attempts = c.attempts + 1, next_attempt_at = %(lease_until)s
FROM picked WHERE c.id = picked.id
RETURNING c.*
"""  # noqa: S608 - constants of this module

_HAS_DUE = f"""
WITH RECURSIVE {_ENDPOINTS}
SELECT EXISTS (
    SELECT FROM endpoints e LEFT JOIN failing_endpoints f USING (service_id, callback_type)
    WHERE (f.dead_since IS NULL OR f.next_probe_at <= %(now)s) AND EXISTS (
        SELECT FROM callback_deliveries c WHERE {_DUE}
            AND c.service_id = e.service_id AND c.callback_type = e.callback_type
    )
)
"""  # noqa: S608 - constants of this module


def claim_due(
    *, limit: int, share: int, room: dict[Endpoint, int], now: datetime
) -> list[CallbackDelivery]:
    """Take due rows; nobody else takes them before their lease ends.

    Args:
        limit: how many at most.
        share: how many at most of one endpoint.
        room: how many at most of these endpoints.
        now: what is due is due by then.
    """
    values: dict[str, Any] = {
        "limit": limit,
        "share": share,
        "room": orjson.dumps({f"{each[0]} {each[1]}": room[each] for each in room}).decode(),
        "now": now,
        "lease_until": now + timedelta(seconds=settings.CALLBACK_LEASE_SECONDS),
        "next_probe_at": now + PROBE_EVERY,
    }
    return list(CallbackDelivery.objects.raw(_CLAIM, values))


def has_due_rows(now: datetime) -> bool:
    """Say whether a service should be told something by now."""
    with connection.cursor() as cursor:
        cursor.execute(_HAS_DUE, {"now": now})
        [(answer,)] = cursor.fetchall()
    return bool(answer)
