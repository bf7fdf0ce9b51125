"""Which messages a page of a list holds: one statement, whatever the filters and the depth."""

from collections.abc import Iterable
from itertools import product
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from notifications.api.pagination import PAGE_SIZE
from notifications.models import Notification
from notifications.statuses import Status, expand
from notify_project.constants import NotificationType
from services.caller import Caller

Clause = tuple[str, list[Any]]

# A branch is one value of each column that leads an index: its newest rows lie side by side
# there. The newest of all branches together are the page, so none is read further than a page.
_BY_JOB = "SELECT found.id FROM unnest(%s::boolean[]) AS branch (not_of_a_job)"
_BY_STATUS = (
    "SELECT found.id FROM unnest(%s::boolean[], %s::text[], %s::text[]) "
    "AS branch (not_of_a_job, type, status)"
)
# What is selected is unknown to the planner, which so keeps to the index made for the question,
# read in its order: a guess from the values would read all of a service for a rare status. The
# time is written as in those indexes, so that the one on all services' times does not tempt it.
# An id that is unknown, or another service's, finds no row: the page is empty.
_AFTER = (
    "CROSS JOIN (SELECT timezone('UTC', c.created_at) AS instant, c.id FROM notifications c "
    "WHERE c.id = %s AND c.service_id = %s) AS after"
)
_OF_SERVICE = (
    "CROSS JOIN LATERAL ("
    "SELECT n.id, timezone('UTC', n.created_at) AS instant FROM notifications n "
    "WHERE n.service_id = %s AND n.key_type = (SELECT %s) "
    "AND (n.job_id IS NULL) = branch.not_of_a_job"
)
_IN_STATUS = "AND n.notification_type = branch.type AND n.notification_status = branch.status"
_OF_REFERENCE = (
    "AND hashtextextended(n.client_reference, 0) = hashtextextended(%s, 0) "
    "AND n.client_reference = %s"
)
_OLDER = "AND (timezone('UTC', n.created_at), n.id) < (after.instant, after.id)"
_NEWEST = (
    "ORDER BY instant DESC, n.id DESC LIMIT (SELECT %s)) AS found "
    "ORDER BY found.instant DESC, found.id DESC LIMIT %s"
)


def newest(caller: Caller, query: dict[str, Any]) -> QuerySet[Notification]:
    """Return a page of the messages that the caller's kind of key sees, newest first."""
    clauses = list(_clauses(caller, query))
    statement = " ".join(text for text, _ in clauses)
    values = [value for _, values in clauses for value in values]
    page = RawSQL(statement, values)  # noqa: S611 - this module's text; the values are parameters
    rows = Notification.objects.filter(id__in=page).select_related("created_by")
    return rows.order_by("-created_at", "-id")


def _clauses(caller: Caller, query: dict[str, Any]) -> Iterable[Clause]:
    service_id = caller.service.id
    by_status = not query.keys().isdisjoint({"status", "template_type", "reference"})
    yield _branches_by_status(query) if by_status else (_BY_JOB, [_jobs(query)])
    if "older_than" in query:
        yield _AFTER, [UUID(query["older_than"]), service_id]
    yield _OF_SERVICE, [service_id, caller.key.key_type]
    if by_status:
        yield _IN_STATUS, []
    if "reference" in query:
        yield _OF_REFERENCE, [query["reference"]] * 2
    if "older_than" in query:
        yield _OLDER, []
    yield _NEWEST, [PAGE_SIZE, PAGE_SIZE]


def _branches_by_status(query: dict[str, Any]) -> Clause:
    types = dict.fromkeys(query.get("template_type", NotificationType.values))
    statuses = expand(query["status"]) if "status" in query else Status.values
    branches = product(_jobs(query), types, statuses)
    return _BY_STATUS, [list(column) for column in zip(*branches, strict=True)]


def _jobs(query: dict[str, Any]) -> list[bool]:
    return [True, False] if "include_jobs" in query else [True]
