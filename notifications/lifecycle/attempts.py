"""The beginning of an attempt: a worker takes rows for a while and says so in them."""

import uuid
from datetime import datetime

import orjson
from django.conf import settings
from django.db import connection

from notifications.models import Notification

# Rows of one lane that wait. Its words are those of the indexes that answer it.
WAITING = (
    "n.lane = %(lane)s "
    "AND n.notification_status = 'created' AND n.notification_type IN ('sms', 'email')"
)
DUE_AT = "GREATEST(n.created_at, n.claimed_until, n.next_attempt_at)"


def _first_of_next_service(where: str) -> str:
    """Return the query for the first row of the next service in an index."""
    return (
        f"SELECT n.service_id, {DUE_AT} FROM notifications n WHERE {WAITING} {where} "  # noqa: S608 - constants of this module
        f"ORDER BY n.service_id, {DUE_AT} LIMIT 1"
    )


# The oldest due are taken if they are all that is due. Of a longer backlog a number of services
# get an equal share, oldest due first: the one of the oldest message, with the rest, and those
# found by skipping through an index from where the last walk ended, so that the backlog of one
# hides nobody, and a thousand that wait cost no more than a hundred. Services that only wait for a
# retry get none: after an outage they are many, and what is due would go out a few at a time.
FIND_DUE = f"""
WITH RECURSIVE oldest (service_id, due_at) AS MATERIALIZED (
    SELECT n.service_id, {DUE_AT} FROM notifications n
    WHERE {WAITING} AND {DUE_AT} <= %(now)s ORDER BY {DUE_AT} LIMIT %(limit)s
), backlog (is_longer) AS MATERIALIZED (
    SELECT count(*) = %(limit)s FROM oldest
), around (service_id, due_at) AS (
    SELECT %(start)s::uuid, NULL::timestamptz FROM backlog WHERE is_longer
    UNION
    SELECT next.* FROM around CROSS JOIN LATERAL (
        ({_first_of_next_service("AND n.service_id > around.service_id")})
        UNION ALL
        ({_first_of_next_service("")})
        LIMIT 1
    ) next
), walked (service_id, due_at, place) AS MATERIALIZED (
    SELECT *, row_number() OVER () FROM (SELECT * FROM around LIMIT %(limit)s) found
), ready (service_id, is_oldest) AS MATERIALIZED (
    SELECT service_id, bool_or(is_oldest) FROM (
        (SELECT service_id, TRUE AS is_oldest FROM oldest ORDER BY due_at
            LIMIT (SELECT CASE WHEN is_longer THEN 1 END FROM backlog))
        UNION ALL
        SELECT service_id, FALSE FROM walked WHERE due_at <= %(now)s
    ) each GROUP BY service_id
), share (size, rest) AS MATERIALIZED (
    SELECT CASE WHEN (SELECT is_longer FROM backlog) THEN %(limit)s / count(*) ELSE %(limit)s END,
        %(limit)s %% greatest(count(*), 1)
    FROM ready
), picked AS (
    SELECT due.id FROM ready CROSS JOIN share CROSS JOIN LATERAL (
        SELECT n.id FROM notifications n
        WHERE {WAITING} AND n.service_id = ready.service_id AND {DUE_AT} <= %(now)s
        ORDER BY {DUE_AT}
        LIMIT share.size + CASE WHEN ready.is_oldest THEN share.rest ELSE 0 END
        FOR UPDATE SKIP LOCKED
    ) due
)
"""  # noqa: S608 - as above

# The Message-ID of an attempt at an email is written with the claim, so that what comes back can be
# matched whatever happens next.
_CLAIM = f"""
{FIND_DUE}, claimed AS (
    UPDATE notifications n SET
        claimed_until = %(lease_until)s,
        delivery_attempts = n.delivery_attempts + 1,
        reference = CASE WHEN n.notification_type = 'email'
            THEN n.id || '.' || (n.delivery_attempts + 1) || '@' || %(domain)s
            ELSE n.reference END
    FROM picked WHERE n.id = picked.id
    RETURNING n.*
), history AS (
    UPDATE notification_history h SET reference = claimed.reference
    FROM claimed WHERE h.id = claimed.id AND claimed.notification_type = 'email'
)
SELECT claimed.*, (SELECT service_id FROM walked ORDER BY place DESC LIMIT 1) AS walked_to
FROM claimed ORDER BY created_at, id
"""  # noqa: S608 - constants of this module

_COUNT_FRAGMENTS = """
WITH counted AS (
    SELECT * FROM jsonb_to_recordset(%s::jsonb) AS counted (id uuid, units int)
), live AS (
    UPDATE notifications n SET billable_units = counted.units
    FROM counted WHERE n.id = counted.id AND n.notification_status = 'created'
    RETURNING n.id, n.billable_units
)
UPDATE notification_history h SET billable_units = live.billable_units
FROM live WHERE h.id = live.id
"""

# Lane -> the service at which this process's last walk ended.
_walked_to: dict[str, uuid.UUID | None] = {}


def claim(*, lane: str, limit: int, now: datetime, lease_until: datetime) -> list[Notification]:
    """Take due messages, each for one worker alone until its lease ends.

    Args:
        lane: whose workers send them.
        limit: how many at most.
        now: what is due is due by then.
        lease_until: when others may take what has no outcome by then.
    """
    values = {
        "lane": lane,
        "limit": limit,
        "now": now,
        "lease_until": lease_until,
        "start": str(_walked_to.get(lane) or uuid.uuid4()),
        "domain": settings.EMAIL_DOMAIN,
    }
    rows = list(Notification.objects.raw(_CLAIM, values))
    if rows:
        _walked_to[lane] = rows[0].walked_to  # type: ignore[attr-defined]  # of the query alone
    return rows


def count_fragments(fragments: dict[uuid.UUID, int]) -> None:
    """Write what texts will be billed for, before a provider has any of them.

    A crash after the hand-over must not leave a message that was sent and costs nothing.
    """
    if fragments:
        rows = [{"id": str(key), "units": units} for key, units in fragments.items()]
        with connection.cursor() as cursor:
            cursor.execute(_COUNT_FRAGMENTS, [orjson.dumps(rows).decode()])
