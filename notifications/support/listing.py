"""Which messages a list shows, whatever it is filtered by: a bounded number of rows is read."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from notifications.statuses import Status
from notify_project.constants import KeyType, NotificationType
from notify_project.newest import (
    BUDGET,
    GLANCE,
    MOST_BRANCHES,
    PAGE,
    Clause,
    Found,
    Leading,
    Place,
    Question,
    find_newest,
)
from services.models import Service

# The time as the indexes of the table have it.
_INSTANT: Final = "timezone('UTC', n.created_at)"
_GIVEN: Final = "(SELECT timezone('UTC', %s::timestamptz))"
_CAME_BY: Final = "COALESCE(n.job_id, n.api_key_id)"
# Texts that may be long are in indexes by their hash.
_HASHED: Final = {"reference": "n.client_reference", "recipient": "n.normalised_to"}
_IS_TEXT: Final = "hashtextextended({column}, 0) = hashtextextended(%s, 0) AND {column} = %s"
# Which services have such rows, one after the other along the index, past all rows of each.
_SERVICES_WITH: Final = (
    "WITH RECURSIVE found AS ("
    "(SELECT n.service_id FROM notifications n WHERE {same} ORDER BY n.service_id LIMIT 1) "
    "UNION ALL SELECT (SELECT n.service_id FROM notifications n WHERE {same} "
    "AND n.service_id > found.service_id ORDER BY n.service_id LIMIT 1) "
    "FROM found WHERE found.service_id IS NOT NULL) "
    "SELECT service_id FROM found WHERE service_id IS NOT NULL LIMIT {most}"
)
_MOST_SERVICES: Final = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which messages are looked for; None is any.

    Attributes:
        services: those that are looked through.
        statuses: stored ones.
        provider: the name of who took them.
        reference: the caller's.
        recipient: normalised.
        since: the first instant.
        before: the first instant that is too late.
    """

    services: Sequence[UUID] | None = None
    template_id: UUID | None = None
    job_id: UUID | None = None
    api_key_id: UUID | None = None
    types: Sequence[str] | None = None
    statuses: Sequence[str] | None = None
    key_types: Sequence[str] | None = None
    provider: str | None = None
    lane: str | None = None
    reference: str | None = field(default=None, repr=False)
    recipient: str | None = field(default=None, repr=False)
    since: datetime | None = None
    before: datetime | None = None


# Columns by which rows that are looked at are sorted out, and the attribute that says which stay.
_CONDITIONS: Final = {
    "services": ("n.service_id", "uuid"),
    "types": ("n.notification_type", "text"),
    "statuses": ("n.notification_status", "text"),
    "key_types": ("n.key_type", "text"),
}
_EQUAL: Final = {
    "template_id": "n.template_id",
    "job_id": "n.job_id",
    "api_key_id": "n.api_key_id",
    "provider": "n.sent_by",
    "lane": "n.lane",
    **_HASHED,
}


def find_messages(
    wanted: Wanted, *, size: int = PAGE, place: Place | None = None, budget: int = BUDGET
) -> Found:
    """Return a page of messages, newest first, having looked at no more rows than the budget."""
    if wanted.services is None and not _is_of_one(wanted):
        wanted = replace(wanted, services=_services_with(wanted))
    if wanted.services is not None or _is_of_one(wanted):
        return find_newest(_question(wanted), size=size, place=place, budget=budget)
    return _find_anywhere(wanted, size, place, budget)


def _find_anywhere(wanted: Wanted, size: int, place: Place | None, budget: int) -> Found:
    """Look at the newest of all services; what is rare among them is looked for in each."""
    along = _along_time(wanted)
    if not along.rest:
        return find_newest(along, size=size, place=place)
    found = find_newest(along, size=size, place=place, budget=GLANCE)
    if found.looked_at is None:
        return found
    question = _in_each_service(wanted) or along
    return find_newest(question, size=size, place=place, budget=budget)


def _in_each_service(wanted: Wanted) -> Question | None:
    """Return the question to each service; None if there are too many, or nothing to ask by."""
    if wanted.types is None and wanted.statuses is None and wanted.key_types is None:
        return None
    services = list(Service.objects.order_by("id").values_list("id", flat=True)[:MOST_BRANCHES])
    question = _question(replace(wanted, services=services))
    return question if question.branches <= MOST_BRANCHES else None


def _is_of_one(wanted: Wanted) -> bool:
    return bool(wanted.template_id or wanted.job_id or wanted.api_key_id)


def _services_with(wanted: Wanted) -> list[UUID] | None:
    """Return the services that have messages with a text, as many as a page reads of."""
    text = _text(wanted)
    if text is None:
        return None
    same, values = text
    with connection.cursor() as cursor:
        cursor.execute(_SERVICES_WITH.format(same=same, most=_MOST_SERVICES), [*values, *values])
        return [row[0] for row in cursor.fetchall()]


def _text(wanted: Wanted) -> Clause | None:
    for name, column in _HASHED.items():
        value = getattr(wanted, name)
        if value is not None:
            return _IS_TEXT.format(column=column), [value, value]
    return None


def _question(wanted: Wanted) -> Question:
    """Return the question with the index that answers most of it."""
    leading, answered = _leading(wanted)
    text = None if _is_of_one(wanted) else _text(wanted)
    if text is not None:
        answered |= {"recipient"} if wanted.reference is None else {"reference"}
    return replace(
        _along_time(wanted, answered),
        leading=leading,
        partial=[text] if text else [],
        instant=_INSTANT,
        given=_GIVEN,
    )


def _leading(wanted: Wanted) -> tuple[list[Leading], set[str]]:
    """Return what leads the index that answers most, and what it answers."""
    in_status = [
        Leading("n.notification_type", "text", _or_all(wanted.types, NotificationType.values)),
        Leading("n.notification_status", "text", _or_all(wanted.statuses, Status.values)),
    ]
    if wanted.template_id:
        template = Leading("n.template_id", "uuid", [wanted.template_id])
        return [template, *in_status], {"types", "statuses", "template_id"}
    if wanted.job_id or wanted.api_key_id:
        came_by = Leading(_CAME_BY, "uuid", [wanted.job_id or wanted.api_key_id])
        name = "job_id" if wanted.job_id else "api_key_id"
        return [came_by, *in_status], {"types", "statuses", name}
    services = Leading("n.service_id", "uuid", wanted.services or [])
    if wanted.recipient is not None and wanted.reference is None:
        return [services, *in_status], {"types", "statuses", "services"}
    leading = [
        services,
        Leading("n.key_type", "text", _or_all(wanted.key_types, KeyType.values)),
        Leading("(n.job_id IS NULL)", "boolean", [True, False]),
    ]
    if wanted.types is None and wanted.statuses is None and wanted.reference is None:
        return leading, {"services", "key_types"}
    return [*leading, *in_status], {"types", "statuses", "services", "key_types"}


def _or_all(given: Sequence[str] | None, every: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(every if given is None else given))


def _along_time(wanted: Wanted, answered: Collection[str] = ()) -> Question:
    """Return the question that is asked along the time, without what an index answers."""
    rest: list[Clause] = []
    for name, (column, kind) in _CONDITIONS.items():
        values: Sequence[Any] | None = getattr(wanted, name)
        if values is not None and name not in answered:
            rest.append((f"{column} = ANY(%s::{kind}[])", [list(values)]))
    for name, column in _EQUAL.items():
        value = getattr(wanted, name)
        if value is not None and name not in answered:
            rest.append((f"{column} = %s", [value]))
    return Question("notifications", rest=rest, since=wanted.since, before=wanted.before)
