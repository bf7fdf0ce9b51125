"""What became of the messages of all services, by London days."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from notifications.statistics.status_counts import By, count_by
from notifications.statistics.tallies import Tally, tally_by_type
from notify_project.clock import london_day_bounds
from notify_project.constants import NotificationType

# Service by service, in the words of the index that has theirs apart: the messages of a week are
# many, and few of them are of test keys.
_TEST_KEYS = """
SELECT n.notification_type, count(*)
FROM services s
CROSS JOIN unnest(ARRAY[true, false]) AS branch (not_of_a_job)
JOIN notifications n ON n.service_id = s.id AND n.key_type = 'test'
    AND (n.job_id IS NULL) = branch.not_of_a_job
    AND timezone('UTC', n.created_at) >= timezone('UTC', %(begin)s::timestamptz)
    AND timezone('UTC', n.created_at) < timezone('UTC', %(end)s::timestamptz)
GROUP BY n.notification_type
"""


@dataclass(frozen=True, slots=True)
class PlatformTotal:
    """What became of one type of message, and how many were sent with test keys beside it."""

    tally: Tally
    by_status: dict[str, int]
    test_key: int


def platform_totals(first: date, last: date) -> dict[str, PlatformTotal]:
    """Return what became of each type of message.

    Args:
        first: the first London day.
        last: the last; today's messages are counted as they stand now. Those of test keys are
            known as long as they are kept.
    """
    rows = count_by([By.TYPE, By.STATUS], first, last)
    tallies, tests = tally_by_type(rows), _sent_with_test_keys(first, last)
    statuses: dict[str, dict[str, int]] = defaultdict(dict)
    for notification_type, status, count in rows:
        statuses[notification_type][status] = count
    return {
        kind: PlatformTotal(tallies[kind], statuses[kind], tests.get(kind, 0))
        for kind in NotificationType.values
    }


def statistics_by_service(
    service_ids: Collection[UUID], first: date, last: date
) -> dict[UUID, dict[str, Tally]]:
    """Return what became of each type of message of some services; also of those without any.

    Args:
        service_ids: which services.
        first: the first London day.
        last: the last; today's messages are counted as they stand now.
    """
    rows: dict[UUID, list[tuple[Any, ...]]] = {service_id: [] for service_id in service_ids}
    counted = count_by([By.SERVICE, By.TYPE, By.STATUS], first, last, service_ids=list(service_ids))
    for service_id, *row in counted:
        rows[service_id].append(tuple(row))
    return {service_id: tally_by_type(found) for service_id, found in rows.items()}


def _sent_with_test_keys(first: date, last: date) -> dict[str, int]:
    begin, _ = london_day_bounds(first)
    _, end = london_day_bounds(last)
    with connection.cursor() as cursor:
        cursor.execute(_TEST_KEYS, {"begin": begin, "end": end})
        return dict(cursor.fetchall())
