"""Where messages wait that are held back, and how they come back, oldest first.

A message that is put away has its next attempt so many years after its acceptance: no worker takes
it before, it keeps its place among the others, and the years say by what it is held. The year 9000
itself is that of paused jobs.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection

from notifications.lifecycle.attempts import DUE_AT, WAITING
from notifications.lifecycle.holding import HELD_UNTIL
from notifications.models import Hold

Kind = Hold.Kind
BATCH: Final = 2_000
LOOK: Final = 20_000

# Two centuries each, so that what was accepted in this one and the next fits between.
YEARS: Final[Mapping[str, int]] = {Kind.SERVICE: 7000, Kind.TEMPLATE: 7200, Kind.PROVIDER: 7400}
_FIRST_YEAR, _WIDTH = 2001, 200
DAYS_A_YEAR: Final = 365.2425

# Along an index, past what others hold of the same kind, and no further than that in one statement.
_LOOK = """
WITH looked AS MATERIALIZED (
    SELECT n.id, {due_at} AS due_at, {fits} AS fits FROM notifications n
    WHERE {waiting} AND {due_at} >= %(after)s AND {due_at} < %(end)s {within}
    ORDER BY {due_at} FETCH FIRST (%(look)s) ROWS WITH TIES
), fitting AS MATERIALIZED (
    SELECT id, due_at FROM looked WHERE fits ORDER BY due_at LIMIT %(limit)s
)
"""
_FOUND = """
SELECT (SELECT count(*) FROM fitting), (SELECT max(due_at) FROM fitting),
    (SELECT count(*) FROM looked), (SELECT max(due_at) FROM looked)
"""
# What of a paused job comes back waits for its job, which goes on only after this: it would pass
# over a row that it does not find held back. Rows that somebody has locked are met again.
_GIVE_BACK = f"""
{_LOOK}, chosen AS MATERIALIZED (
    SELECT n.id, n.job_id FROM fitting JOIN notifications n ON n.id = fitting.id
    WHERE {{waiting}} AND {{due_at}} = fitting.due_at
    FOR UPDATE OF n SKIP LOCKED
), paused AS MATERIALIZED (
    SELECT j.id FROM jobs j
    WHERE j.id IN (SELECT job_id FROM chosen) AND j.job_status = 'paused'
    FOR SHARE
), written AS (
    UPDATE notifications n SET next_attempt_at = CASE
        WHEN n.job_id IN (SELECT id FROM paused) THEN %(paused)s::timestamptz END
    FROM chosen WHERE n.id = chosen.id
)
{_FOUND}, (SELECT count(*) FROM chosen)
"""  # noqa: S608 - constants of this module
_COUNT = f"{_LOOK} {_FOUND}, (SELECT count(*) FROM fitting)"  # noqa: S608 - as above
_WITHIN: Final[Mapping[str, str]] = {
    Kind.SERVICE: "AND n.service_id = %(service_id)s",
    Kind.TEMPLATE: "AND n.service_id = %(service_id)s",
    Kind.PROVIDER: "",
}
_FITS: Final[Mapping[str, str]] = {
    Kind.SERVICE: "TRUE",
    Kind.TEMPLATE: "n.template_id = %(template_id)s",
    Kind.PROVIDER: "n.notification_type = %(notification_type)s"
    " AND (%(abroad)s OR NOT n.international)",
}
_NEXT: Final = timedelta(microseconds=1)


def put_away_until(created_at: datetime, kind: Hold.Kind) -> datetime:
    """Return the next attempt of a message that is held."""
    return created_at + timedelta(days=YEARS[kind] * DAYS_A_YEAR)


def held_by(next_attempt_at: datetime | None) -> Hold.Kind | None:
    """Return by what a message is put away; None if it is not."""
    for kind in YEARS:
        first, end = range_of(Kind(kind))
        if next_attempt_at is not None and first <= next_attempt_at < end:
            return Kind(kind)
    return None


def range_of(kind: Hold.Kind) -> tuple[datetime, datetime]:
    """Return where the next attempts of messages lie that are held by one kind of thing."""
    first = HELD_UNTIL.replace(year=_FIRST_YEAR + YEARS[kind])
    return first, first.replace(year=first.year + _WIDTH)


def give_back(
    kind: Hold.Kind, *, lane: str, after: datetime | None = None, **which: UUID | str | bool
) -> tuple[int, datetime | None]:
    """Let some messages of a lane be sent that were put away, the oldest first.

    Args:
        kind: by what they were held.
        lane: where they wait.
        after: where the batch before ended; what was locked behind it is left out.
        which: ``service_id``; that and ``template_id``; or ``notification_type`` and ``abroad``.

    Returns:
        How many there were, and where the batch ends; None if there are no more.
    """
    values = {"after": after, "limit": BATCH, "paused": HELD_UNTIL, "lane": lane, **which}
    return _ask(_GIVE_BACK, kind, values)


def count_put_away(
    kind: Hold.Kind,
    *,
    lane: str,
    limit: int,
    after: datetime | None = None,
    **which: UUID | str | bool,
) -> tuple[int, datetime | None]:
    """Count what waits in a lane because of a hold, as far as the limit.

    Args:
        kind: by what it is held.
        lane: where it waits.
        limit: where counting ends.
        after: where the count before ended.
        which: as above; nothing is what providers hold.

    Returns:
        How many there are, and where there may be more; None if there are no more.
    """
    return _ask(_COUNT, kind, {"after": after, "limit": limit, "lane": lane, **which})


def _ask(statement: str, kind: Hold.Kind, values: dict[str, Any]) -> tuple[int, datetime | None]:
    first, end = range_of(kind)
    has_which = kind != Kind.PROVIDER or "notification_type" in values
    parts = {"within": _WITHIN[kind], "fits": _FITS[kind] if has_which else "TRUE"}
    given = {**values, "after": values["after"] or first, "end": end, "look": LOOK}
    texts = {name: str(each) if isinstance(each, UUID) else each for name, each in given.items()}
    with connection.cursor() as cursor:
        cursor.execute(statement.format(due_at=DUE_AT, waiting=WAITING, **parts), texts)
        fitting, last_fitting, looked, last_looked, count = cursor.fetchone()
    if fitting == values["limit"]:
        return count, last_fitting
    return count, last_looked + _NEXT if looked >= LOOK else None
