"""Everything that the home page shows, read part by part: what cannot be read is named."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, Final
from uuid import UUID

from django.db import DatabaseError, InterfaceError, close_old_connections
from django.db.models import Sum
from redis import RedisError

from notifications.delivery.health import circuit_of
from notifications.lifecycle.held import memory
from notifications.models import ProviderDetails, ProviderFigures
from notifications.statistics.hourly_volumes import days_by_hour, today_so_far
from notify_project.clock import london_day
from notify_project.constants import NotificationType
from notify_project.database import is_away
from notify_project.monitoring import tables, tasks
from notify_project.monitoring.gauges import Reading
from notify_project.monitoring.handover import SHARES, waited_lately
from notify_project.monitoring.notices import notices
from notify_project.monitoring.overdue import overdue
from notify_project.monitoring.periodic import late, newest_runs
from notify_project.queues import is_scheduler_alive
from notify_project.redis_connection import RedisUnavailable

logger = logging.getLogger(__name__)
_DAY: Final = timedelta(days=1)
_HOUR: Final = timedelta(hours=1)
# What a server raises that is away, a table that is missing or locked, a value that is no number.
_CANNOT: Final = (DatabaseError, InterfaceError, RedisError, RedisUnavailable, OSError, ValueError)

Part = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Figures:
    """What was read at one instant, as plain values that a cache can hold.

    Attributes:
        at: when.
        parts: what each part said; one that could not be read is not there.
        missing: the parts that could not be read.
    """

    at: datetime
    parts: dict[str, Part]
    missing: tuple[str, ...]


def read_figures(now: datetime) -> Figures:
    """Read every part; one that fails does not keep the others."""
    parts: dict[str, Part] = {}
    missing: list[str] = []
    for name, read in PARTS.items():
        try:
            parts[name] = read(now)
        except _CANNOT as error:
            # An error without its text: that may quote a statement.
            logger.warning("the home page lacks %s: %s", name, type(error).__name__)
            missing.append(name)
            if is_away(error):
                close_old_connections()
    return Figures(now, parts, tuple(missing))


def _readings(readings: Iterable[Reading]) -> Part:
    return {"readings": [[each.gauge.name, each.value, *each.labels] for each in readings]}


def _lanes(now: datetime) -> Part:
    return _readings(tables.lanes(now, memory.refresh()))


def _waiting(now: datetime) -> Part:
    return _readings(chain(tables.never_started(now), tables.template_changes(now)))


def _letters(now: datetime) -> Part:
    held = memory.refresh()
    return _readings(chain(tables.letters(now, held), tables.print_batches(now, held)))


def _callbacks(now: datetime) -> Part:
    return {**_readings(tables.outbox(now)), **asdict(overdue(now))}


def _periodic(now: datetime) -> Part:
    runs = newest_runs()
    failed = [[run.task, run.run_id] for run in runs if run.has_failed]
    return {**_readings(late(runs, now)), "failed": failed}


def _tasks(now: datetime) -> Part:
    return _readings(tasks.readings(now))


def _scheduler(_: datetime) -> Part:
    return {"alive": is_scheduler_alive()}


def _handover(now: datetime) -> Part:
    lanes, since = waited_lately(now)
    return {
        "shares": list(SHARES),
        "lanes": [asdict(lane) for lane in lanes],
        "since": since and since.isoformat(),
    }


def _providers(now: datetime) -> Part:
    rows = list(
        ProviderDetails.objects.select_related("health").order_by(
            "notification_type", "-active", "identifier"
        )
    )
    calls: dict[UUID, Part] = {
        row["provider_id"]: {**row}
        for row in ProviderFigures.objects.filter(
            provider_id__in=[row.id for row in rows], at__gte=now - _HOUR
        )
        .values("provider_id")
        .annotate(calls=Sum("calls"), errors=Sum("errors"), unknown=Sum("unknown"))
    }
    answers = tables.answers_of_providers(now)
    prompt = {row.identifier for row in rows if _is_prompt(row)}
    shown = [row for row in rows if row.active or row.id in calls]
    return {
        **_readings(tables.unanswered(sorted(prompt), answers)),
        "rows": [_provider(row, calls.get(row.id, {}), answers) for row in shown],
    }


def _is_prompt(row: ProviderDetails) -> bool:
    """Say whether receipts are expected within minutes; a printer has days."""
    return row.gives_receipts and row.notification_type != NotificationType.LETTER


def _provider(row: ProviderDetails, calls: Part, answers: dict[str, tuple[int, int]]) -> Part:
    opened_at = circuit_of(row).opened_at
    taken, answered = answers.get(row.identifier, (0, 0))
    return {
        "id": str(row.id),
        "name": row.display_name,
        "type": row.notification_type,
        "active": row.active,
        "share": row.priority,
        "open_since": opened_at and opened_at.isoformat(),
        "calls": calls.get("calls", 0),
        "errors": calls.get("errors", 0),
        "unknown": calls.get("unknown", 0),
        "taken": taken,
        "answered": answered,
        "gives_receipts": _is_prompt(row),
    }


def _volumes(now: datetime) -> Part:
    today = london_day(now)
    days = [today, today - _DAY, today - 7 * _DAY]
    found, counted_at = days_by_hour(days)
    return {
        "so_far": today_so_far(now),
        "counted_at": counted_at and counted_at.isoformat(),
        "days": [{"day": each.day.isoformat(), "by_type": dict(each.by_type)} for each in found],
    }


def _notices(now: datetime) -> Part:
    return {"rows": [asdict(notice) for notice in notices(now)]}


# In the words in which a page says that a part is missing.
PARTS: Final[dict[str, Callable[[datetime], Part]]] = {
    # First: it reads what is held, for all.
    "notices": _notices,
    "lanes": _lanes,
    "messages that wait": _waiting,
    "letters": _letters,
    "callbacks": _callbacks,
    "periodic tasks": _periodic,
    "queues": _tasks,
    "the scheduler": _scheduler,
    "hand-over times": _handover,
    "providers": _providers,
    "volumes": _volumes,
}
