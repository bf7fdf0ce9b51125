"""Count a day of a million messages beside the sending, and ask for a year by month."""

import json
import threading
import time
import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import floors
import load
import processes
import psycopg2
from measured_service import VALUES, apply_config
from timing import ask, in_turn, seconds, summary
from web_server import Requests, web_command

MESSAGES = 1_000_000
TODAYS_MESSAGES = 20_000
SERVICES = 20
ROUNDS = 3
READS = 50
SECONDS = 5
# Half of the day is one service's; a tenth of it came in jobs.
FILL_DAY = """
    INSERT INTO notification_history (
        id, service_id, template_id, template_version, key_type, notification_type,
        notification_status, created_at, sent_at, api_key_id, job_id, billable_units, international)
    SELECT gen_random_uuid(), (%(services)s::uuid[])[CASE WHEN n %% 2 = 0 THEN 1
            ELSE 1 + n %% %(service_count)s END],
        (%(templates)s::uuid[])[1 + n %% 20], 1, 'normal', CASE WHEN n %% 20 < 10 THEN 'email'
            ELSE 'sms' END,
        CASE WHEN n %% 97 = 0 THEN 'permanent-failure' WHEN n %% 89 = 0 THEN 'temporary-failure'
            WHEN n %% 13 = 0 THEN 'sending' ELSE 'delivered' END,
        %(begin)s::timestamptz + n * (interval '20 hours' / %(rows)s),
        %(begin)s::timestamptz + n * (interval '20 hours' / %(rows)s) + interval '1 second',
        gen_random_uuid(),
        CASE WHEN n %% 10 = 3 THEN (%(templates)s::uuid[])[1 + n / 10 %% 20] END, 0, false
    FROM generate_series(1, %(rows)s) n
"""
# Two years of the busy service, so that a whole financial year is over.
FILL_FACTS = """
    INSERT INTO ft_notification_status (bst_date, service_id, template_id, job_id,
        notification_type, key_type, notification_status, notification_count, created_at)
    SELECT %(today)s - ago, s.id, t.id, '00000000-0000-0000-0000-000000000000',
        CASE WHEN t.n <= 10 THEN 'email' ELSE 'sms' END, 'normal', st, 100, now()
    FROM unnest(%(services)s::uuid[]) WITH ORDINALITY AS s (id, n)
    CROSS JOIN generate_series(2, 730) ago
    CROSS JOIN unnest(%(templates)s::uuid[]) WITH ORDINALITY AS t (id, n)
    CROSS JOIN unnest(ARRAY['delivered', 'permanent-failure', 'temporary-failure', 'sent']) st
    WHERE s.n = 1 OR ago <= 100
"""
COUNT_FLOOR = """
    SELECT service_id, template_id, job_id, notification_type, key_type, notification_status,
        count(*)
    FROM notification_history WHERE created_at >= %(begin)s AND created_at < %(end)s
    GROUP BY 1, 2, 3, 4, 5, 6
"""
MONTHS_FLOOR = """
    SELECT date_trunc('month', bst_date::timestamp)::date, notification_type,
        notification_status, sum(notification_count)
    FROM ft_notification_status
    WHERE service_id = %(service)s AND bst_date BETWEEN %(first)s AND %(last)s GROUP BY 1, 2, 3
    UNION ALL
    SELECT NULL, notification_type, notification_status, count(*) FROM notification_history
    WHERE service_id = %(service)s AND notification_type = ANY(ARRAY['email', 'sms', 'letter'])
        AND created_at >= %(begin)s AND created_at < %(end)s AND %(today)s <= %(last)s
    GROUP BY 2, 3
"""


def measure(service: dict[str, Any], figures: dict[str, Any]) -> list[dict[str, Any]]:
    """Fill the tables; count a day, alone and beside requests; ask for both years."""
    import django  # noqa: PLC0415 - the settings come from the environment

    django.setup()
    database = psycopg2.connect(floors.dsn())
    database.autocommit = True
    _fill(database, [service["id"], *_more_services()])
    rows = [*_counting(database, service, figures), *_reading(database, service["id"], figures)]
    database.close()
    return rows


def _more_services() -> list[str]:
    services = "".join(
        f"  - {{name: Benchmark {number}, organisation: Benchmark, permissions: [email, sms]}}\n"
        for number in range(SERVICES - 1)
    )
    made = apply_config(f"organisations:\n  - name: Benchmark\nservices:\n{services}")
    return [each["id"] for each in made.values()]


def _fill(database: Any, services: list[str]) -> None:
    from notify_project import clock  # noqa: PLC0415

    today = clock.london_today()
    values = {
        "services": services,
        "service_count": len(services),
        "templates": [str(uuid.UUID(int=number)) for number in range(1, 21)],
        "today": today,
    }
    yesterday, midnight = (clock.london_midnight(day) for day in _days())
    with database.cursor() as cursor:
        cursor.execute("TRUNCATE notifications, notification_history, ft_notification_status")
        cursor.execute(FILL_DAY, values | {"begin": yesterday, "rows": MESSAGES})
        cursor.execute(FILL_DAY, values | {"begin": midnight, "rows": 2 * TODAYS_MESSAGES})
        cursor.execute(FILL_FACTS, values)
        cursor.execute("VACUUM ANALYZE notification_history, ft_notification_status")


def _days() -> tuple[Any, Any]:
    from notify_project import clock  # noqa: PLC0415

    today, yesterday = clock.london_days_back(clock.london_today(), 1)
    return yesterday, today


def _counting(
    database: Any, service: dict[str, Any], figures: dict[str, Any]
) -> list[dict[str, Any]]:
    from notify_project import clock  # noqa: PLC0415

    begin, end = clock.london_day_bounds(_days()[0])
    floor = min(
        seconds(lambda: ask(database, COUNT_FLOOR, {"begin": begin, "end": end}))
        for _ in range(ROUNDS)
    )
    alone = min(_count_day(database) for _ in range(ROUNDS))
    idle, beside, waits = _beside_requests(database, service)
    figures["facts_seconds"] = round(alone, 2)
    figures["facts_lock_waits"] = waits
    shape = {"messages": MESSAGES}
    return [
        {"what": "floor: one statement that groups the day", **shape, "seconds": round(floor, 2)},
        {"what": "facts of the day", **shape, "seconds": round(alone, 2)},
        {"what": "accepting, nothing beside it", **idle},
        {"what": "accepting while facts are counted", **beside},
    ]


def _count_day(database: Any) -> float:
    """Time what a night does that counts the day for the first time."""
    from notifications.statistics.daily_status import replace_facts  # noqa: PLC0415
    from notifications.statistics.uncounted_days import days_to_count  # noqa: PLC0415
    from notify_project import clock  # noqa: PLC0415

    yesterday, today = _days()
    with database.cursor() as cursor:
        cursor.execute("DELETE FROM ft_notification_status WHERE bst_date = %s", [yesterday])
    counted = 0
    started = time.perf_counter()
    for each in days_to_count(clock.london_today()):
        if each.day == yesterday:
            replaced = replace_facts(each.service_id, each.day, each.notification_types)
            counted += sum(replaced.counted.values())
    elapsed = time.perf_counter() - started
    if counted != MESSAGES:
        raise SystemExit(f"{counted} of {MESSAGES} messages of {yesterday} counted on {today}")
    return elapsed


def _beside_requests(
    database: Any, service: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any], int]:
    """Load a web server with one request after the other, idle and while a day is counted."""
    body = {
        "email_address": "amala@example.org",
        "template_id": service["templates"]["email"]["id"],
        "personalisation": VALUES,
    }
    requests = Requests(service["id"], json.dumps(body).encode())
    port = processes.free_port()
    command = web_command("granian", "notify_project.wsgi:application", port)
    with processes.running(*command, log="counting"):
        processes.wait_for(port)

        def accept(seconds: float) -> dict[str, Any]:
            result = load.run(("127.0.0.1", port), requests, concurrency=1, seconds=seconds)
            if result.failures:
                raise SystemExit(f"{result.failures} refused: {result.first_failure}")
            return {
                "requests": result.requests,
                "p50_ms": round(result.percentile(0.50), 2),
                "p99_ms": round(result.percentile(0.99), 2),
                "longest_ms": round(result.percentile(1), 2),
            }

        accept(1)
        idle = accept(SECONDS)
        with _Counting(database) as counting:
            beside = accept(SECONDS)
    return idle, beside, counting.waits


class _Counting:
    """Counts the day again and again, and looks for anybody who waits for a lock of it."""

    def __init__(self, database: Any) -> None:
        self.database, self.waits = database, 0
        self._ended = threading.Event()
        self._threads = [
            threading.Thread(target=self._repeat, args=[do]) for do in (self._count, self._look)
        ]

    def __enter__(self) -> "_Counting":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _repeat(self, do: Callable[[], None]) -> None:
        while not self._ended.is_set():
            do()

    def _count(self) -> None:
        from django.db import connection  # noqa: PLC0415

        _count_day(self.database)
        connection.close()

    def _look(self) -> None:
        with psycopg2.connect(floors.dsn()) as database, database.cursor() as cursor:
            while not self._ended.wait(0.01):
                cursor.execute(
                    "SELECT count(*) FROM pg_stat_activity "
                    "WHERE wait_event_type = 'Lock' AND datname = current_database()"
                )
                self.waits += cursor.fetchall()[0][0]


def _reading(database: Any, service_id: str, figures: dict[str, Any]) -> list[dict[str, Any]]:
    from notifications.statistics.service_statistics import (  # noqa: PLC0415
        monthly_statistics,
        service_statistics,
    )
    from notify_project import clock  # noqa: PLC0415

    today = clock.london_today()
    begin, end = clock.london_day_bounds(today)
    year = clock.financial_year(today)
    busy = uuid.UUID(service_id)
    rows = []
    for what, asked in (("a year that is over", year - 1), ("this year, today too", year)):
        first, last = clock.financial_year_days(asked)
        values = {"service": service_id, "first": first, "last": last, "today": today}
        values |= {"begin": begin, "end": end}
        floor, ours = in_turn(
            READS,
            lambda values=values: ask(database, MONTHS_FLOOR, values),  # type: ignore[misc]
            lambda asked=asked: monthly_statistics(busy, asked),  # type: ignore[misc]
        )
        rows += [
            {"what": f"floor: one statement, {what}", **summary(floor)},
            {"what": f"by month, {what}", **summary(ours)},
        ]
        for name, figure in (
            ("monthly_p50_ms", summary(ours)["p50_ms"]),
            ("monthly_times_floor", round(min(ours) / min(floor), 2)),
        ):
            figures[name] = max(figures.get(name, 0), figure)
    for what, question in _figures_of_all(busy, today, year):
        [taken] = in_turn(READS, question)
        rows.append({"what": what, **summary(taken)})
    for what, days in (("today", 0), ("today and seven days", 7)):
        [taken] = in_turn(READS, lambda days=days: service_statistics(busy, days))  # type: ignore[misc]
        rows.append({"what": what, **summary(taken)})
    return rows


def _figures_of_all(
    busy: uuid.UUID, today: date, year: int
) -> list[tuple[str, Callable[[], object]]]:
    from notifications.statistics.platform_statistics import (  # noqa: PLC0415
        platform_totals,
        statistics_by_service,
    )
    from notifications.statistics.service_statistics import (  # noqa: PLC0415
        template_last_used,
        template_usage_by_month,
    )
    from services.models import Service  # noqa: PLC0415

    week, template = today - timedelta(days=7), uuid.UUID(int=1)
    ids = list(Service.objects.order_by("name", "id").values_list("id", flat=True)[:50])
    return [
        ("templates by month, this year", lambda: template_usage_by_month(busy, year)),
        ("template last used", lambda: template_last_used(busy, template)),
        ("platform, today", lambda: platform_totals(today, today)),
        ("platform, a week", lambda: platform_totals(week, today)),
        ("services one by one, today", lambda: statistics_by_service(ids, today, today)),
        ("services one by one, a week", lambda: statistics_by_service(ids, week, today)),
    ]
