"""Which messages a search finds: one statement, which reads a page from one index."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import product
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from notifications.models import Notification
from notifications.statuses import Status
from notify_project.constants import KeyType, NotificationType

Clause = tuple[str, list[Any]]


class Shared(StrEnum):
    """What all messages that are found may have in common; each leads an index of its own."""

    TEMPLATE = "template"
    JOB = "job"
    API_KEY = "api_key"
    REFERENCE = "reference"
    RECIPIENT = "to"


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for among the messages of a service.

    Attributes:
        shared: what they have in common, and its value; a recipient is normalised.
        statuses: stored ones; None is any.
        types: of messages, likewise.
        since: the first instant.
        before: the first instant that is too late.
    """

    service_id: UUID
    shared: tuple[Shared, Any] | None = field(default=None, repr=False)
    statuses: Sequence[str] | None = None
    types: Sequence[str] | None = None
    since: datetime | None = None
    before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: at a message that it does not show, on towards the older or newer."""

    created_at: datetime
    id: UUID
    to_newer: bool = False


# A branch is one value of each column that leads an index: its newest rows lie side by side there,
# so that none is read further than a page. A template, a job or a key leads by itself, and no
# message of another service's has it; an id that is another service's finds no owner.
_OWNED: Final = {
    Shared.TEMPLATE: ("SELECT id FROM templates", "n.template_id"),
    Shared.JOB: ("SELECT id FROM jobs", "COALESCE(n.job_id, n.api_key_id)"),
    Shared.API_KEY: ("SELECT id FROM api_keys", "COALESCE(n.job_id, n.api_key_id)"),
}
_HASHED: Final = {
    Shared.REFERENCE: "n.client_reference",
    Shared.RECIPIENT: "n.normalised_to",
}
_BRANCHES: Final = {
    "key_type": ("text", "n.key_type = branch.key_type"),
    "not_of_a_job": ("boolean", "(n.job_id IS NULL) = branch.not_of_a_job"),
    "type": ("text", "n.notification_type = branch.type"),
    "status": ("text", "n.notification_status = branch.status"),
}
_INSTANT: Final = "timezone('UTC', n.created_at)"
# What is compared is unknown to the planner, which so keeps to the index made for the question,
# read in its order.
_GIVEN_INSTANT: Final = "(SELECT timezone('UTC', %s::timestamptz))"


def page_of(search: Search, size: int, place: Place | None = None) -> list[Notification]:
    """Return the newest messages of a search, or those next to a place, newest first."""
    clauses = list(_clauses(search, size, place))
    statement = " ".join(text for text, _ in clauses)
    values = [value for _, values in clauses for value in values]
    found = RawSQL(statement, values)  # noqa: S611 - this module's text; the values are parameters
    return list(_shown().filter(id__in=found).order_by("-created_at", "-id"))


def _shown() -> QuerySet[Notification]:
    """Return messages as lists show them: without values, which are encrypted."""
    return Notification.objects.select_related("created_by").defer("personalisation")


def _clauses(search: Search, size: int, place: Place | None) -> Iterable[Clause]:
    branches = _branches(search)
    columns = ", ".join(f"%s::{_BRANCHES[name][0]}[]" for name in branches)
    yield "SELECT found.id FROM", []
    yield f"unnest({columns}) AS branch ({', '.join(branches)})", _columns_of(branches)
    yield from _owner(search)
    yield f"CROSS JOIN LATERAL (SELECT n.id, {_INSTANT} AS instant", []
    yield "FROM notifications n WHERE", []
    yield " AND ".join(_BRANCHES[name][1] for name in branches), []
    yield from _in_common(search)
    yield from _in_period(search)
    yield from _newest(size, place)


def _columns_of(branches: dict[str, Sequence[Any]]) -> list[Any]:
    return [list(column) for column in zip(*product(*branches.values()), strict=True)]


def _owner(search: Search) -> Iterable[Clause]:
    shared, value = search.shared or (None, None)
    if shared in _OWNED:
        yield f"CROSS JOIN ({_OWNED[shared][0]}", []
        yield "WHERE id = %s AND service_id = %s) AS owner", [value, search.service_id]


def _branches(search: Search) -> dict[str, Sequence[Any]]:
    of_service = search.shared is None or search.shared[0] == Shared.REFERENCE
    branches: dict[str, Sequence[Any]] = {}
    if of_service:
        branches |= {"key_type": KeyType.values, "not_of_a_job": [True, False]}
    if search.shared or search.statuses is not None or search.types is not None:
        branches["type"] = NotificationType.values if search.types is None else search.types
        branches["status"] = Status.values if search.statuses is None else search.statuses
    return branches


def _in_common(search: Search) -> Iterable[Clause]:
    shared, value = search.shared or (None, None)
    if shared in _OWNED:
        yield f"AND {_OWNED[shared][1]} = owner.id", []
        return
    yield "AND n.service_id = (SELECT %s::uuid)", [search.service_id]
    if shared in _HASHED:
        column = _HASHED[shared]
        yield f"AND hashtextextended({column}, 0) = hashtextextended(%s, 0)", [value]
        yield f"AND {column} = %s", [value]


def _in_period(search: Search) -> Iterable[Clause]:
    if search.since is not None:
        yield f"AND {_INSTANT} >= {_GIVEN_INSTANT}", [search.since]
    if search.before is not None:
        yield f"AND {_INSTANT} < {_GIVEN_INSTANT}", [search.before]


def _newest(size: int, place: Place | None) -> Iterable[Clause]:
    towards, sign = ("ASC", ">") if place and place.to_newer else ("DESC", "<")
    if place is not None:
        given = f"({_GIVEN_INSTANT}, (SELECT %s::uuid))"
        yield f"AND ({_INSTANT}, n.id) {sign} {given}", [place.created_at, place.id]
    yield f"ORDER BY instant {towards}, n.id {towards} LIMIT (SELECT %s)) AS found", [size]
    yield f"ORDER BY found.instant {towards}, found.id {towards} LIMIT %s", [size]
