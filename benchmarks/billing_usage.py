"""Read the usage of a service whose history has five million texts, and build one of its days."""

import os
import time
from datetime import date, timedelta
from typing import Any

import floors
import jwt
import load
import processes
import psycopg2
from timing import ask, in_turn, summary
from web_server import web_command

# Five million a year, each of them in history.
MESSAGES_A_DAY = 13_700
HISTORY = 5_000_000
READS = 30
TEMPLATES = 40
SECONDS = 3
READERS = 2
# A row for each template and provider, and for some of the templates one for abroad.
FILL_FACTS = """
    INSERT INTO ft_billing (
        bst_date, template_id, service_id, notification_type, provider, rate_multiplier,
        international, rate, postage, billable_units, notifications_sent, created_at)
    SELECT day, md5('template' || template)::uuid, %(service)s, 'sms', provider, multiplier,
        multiplier > 1, 0.024, 'none', %(messages)s / %(templates)s,
        %(messages)s / %(templates)s / 2, now()
    FROM generate_series(%(first)s::date, %(last)s::date, '1 day') day,
        generate_series(1, %(templates)s) template,
        unnest(ARRAY['mmg', 'firetext']) provider, unnest(ARRAY[1, 2]) multiplier
    WHERE multiplier = 1 OR template <= 5
"""
FILL_HISTORY = """
    INSERT INTO notification_history (
        id, service_id, template_id, template_version, key_type, notification_type,
        notification_status, created_at, sent_by, billable_units, international, rate_multiplier)
    SELECT gen_random_uuid(), %(service)s, md5('template' || n %% %(templates)s)::uuid, 1, 'normal',
        'sms', 'delivered', now() - interval '1 microsecond' * n,
        CASE WHEN n %% 2 = 0 THEN 'mmg' ELSE 'firetext' END, 2, false, 1
    FROM generate_series(1, %(messages)s) n
"""
FILL_PAST = """
    INSERT INTO notification_history (
        id, service_id, template_id, template_version, key_type, notification_type,
        notification_status, created_at, sent_by, billable_units, international, rate_multiplier)
    SELECT gen_random_uuid(), %(service)s, md5('template' || n %% %(templates)s)::uuid, 1, 'normal',
        'sms', 'delivered', now() - interval '26 hours' - interval '6 seconds' * n,
        CASE WHEN n %% 2 = 0 THEN 'mmg' ELSE 'firetext' END, 2, false, 1
    FROM generate_series(1, %(history)s) n
"""
# The walk through a year, with today from history, as a database does it.
FLOOR = """
WITH used AS (
    SELECT bst_date AS day, rate, sum(notifications_sent) AS sent,
        sum(billable_units * rate_multiplier)::numeric AS units
    FROM ft_billing WHERE service_id = %(service)s AND notification_type = 'sms'
        AND bst_date BETWEEN %(first)s AND %(last)s AND bst_date < %(today)s
    GROUP BY 1, 2
    UNION ALL
    SELECT %(today)s, 0.024, count(*), sum(billable_units * rate_multiplier)
    FROM notification_history
    WHERE service_id = %(service)s AND notification_type = 'sms' AND %(today)s <= %(last)s
        AND created_at >= %(begin)s AND created_at < %(end)s AND key_type IN ('normal', 'team')
        AND notification_status IN ('sending', 'sent', 'delivered', 'pending', 'temporary-failure',
            'permanent-failure')
), walked AS (
    SELECT rate, sent, units,
        greatest(least(units, sum(units) OVER (ORDER BY day) - %(allowance)s), 0) AS charged
    FROM used
)
SELECT rate, sum(sent), sum(units), sum(charged), sum(charged * rate) FROM walked GROUP BY rate
"""


def measure(service: dict[str, Any], figures: dict[str, Any]) -> list[dict[str, Any]]:
    """Fill a past year with facts and today with messages; read both years, build today."""
    this_year = _fill(service["id"])
    port = processes.free_port()
    command = web_command("granian", "notify_project.wsgi:application", port)
    rows = []
    with processes.running(*command, log="billing") as process:
        processes.wait_for(port)
        for year, what in ((this_year - 1, "a whole year"), (this_year, "this year and today")):
            for read in ("yearly-usage-summary", "monthly-usage"):
                path = f"/service/{service['id']}/billing/{read}?year={year}"
                rows.append(_read(("127.0.0.1", port), process.pid, f"{read}, {what}", path))
    for figure, column in {"usage_p50_ms": "p50_ms", "usage_cpu_ms": "cpu_ms"}.items():
        figures[figure] = max(row[column] for row in rows)
    rows += _beside_the_floor(service["id"], this_year, figures)
    rows.append(_build())
    return rows


def _fill(service_id: str) -> int:
    """Return the financial year that it is now."""
    today = date.today()
    year = today.year if (today.month, today.day) >= (4, 1) else today.year - 1
    values = {"service": service_id, "messages": MESSAGES_A_DAY, "templates": TEMPLATES}
    first = date(year - 1, 4, 1)
    yesterday = today - timedelta(days=1)
    database = psycopg2.connect(floors.dsn())
    database.autocommit = True
    with database.cursor() as cursor:
        cursor.execute("TRUNCATE ft_billing, notification_history")
        cursor.execute(FILL_FACTS, values | {"first": first, "last": yesterday})
        cursor.execute(FILL_HISTORY, values)
        cursor.execute(FILL_PAST, values | {"history": HISTORY})
        cursor.execute("VACUUM ANALYZE ft_billing, notification_history")
    database.close()
    return year


def _read(address: tuple[str, int], web: int, what: str, path: str) -> dict[str, Any]:
    claims = {"iss": "notify-admin", "iat": int(time.time())}
    token = jwt.encode(claims, os.environ["INTERNAL_API_SECRET"], "HS256")
    head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n"
    load.run(address, head.encode, concurrency=1, seconds=1, expect=b" 200 ")
    pids = [*processes.family(web), *_database_processes()]
    before = processes.cpu_seconds(pids)
    result = load.run(address, head.encode, concurrency=READERS, seconds=SECONDS, expect=b" 200 ")
    used = processes.cpu_seconds(pids) - before
    if result.failures:
        raise SystemExit(f"{what}: {result.failures} failed: {result.first_failure}")
    return {
        "what": what,
        "requests_per_second": round(result.per_second, 1),
        "p50_ms": round(result.percentile(0.50), 2),
        "p99_ms": round(result.percentile(0.99), 2),
        # Of web and database together, whatever else the machine does.
        "cpu_ms": round(used / result.requests * 1000, 2),
    }


def _database_processes() -> list[int]:
    """Return the processes that PostgreSQL, on this machine, has for us."""
    database = psycopg2.connect(floors.dsn())
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        pids = [int(pid) for (pid,) in cursor.fetchall()]
    database.close()
    return pids


def _beside_the_floor(
    service_id: str, this_year: int, figures: dict[str, Any]
) -> list[dict[str, Any]]:
    """Ask for both years in this process, and for the same by one statement, in turn."""
    import django  # noqa: PLC0415 - after the environment is set

    django.setup()
    from billing.allowances import allowance_of  # noqa: PLC0415
    from billing.usage import yearly_summary  # noqa: PLC0415
    from notify_project import clock  # noqa: PLC0415
    from services.models import Service  # noqa: PLC0415

    service, today = Service.objects.get(id=service_id), clock.london_today()
    begin, end = clock.london_day_bounds(today)
    database = psycopg2.connect(floors.dsn())
    database.autocommit = True
    rows, shares = [], []
    for year, what in ((this_year - 1, "a whole year"), (this_year, "this year and today")):
        first, last = clock.financial_year_days(year)
        values = {"service": service_id, "first": first, "last": last, "today": today}
        values |= {"begin": begin, "end": end}
        values["allowance"] = allowance_of(service, year).free_sms_fragment_limit
        floor, ours = in_turn(
            READS,
            lambda values=values: ask(database, FLOOR, values),  # type: ignore[misc]
            lambda year=year: yearly_summary(service, year),  # type: ignore[misc]
        )
        shares.append(min(ours) / min(floor))
        rows.append({"what": f"floor: one statement, {what}", **summary(floor)})
        rows.append({"what": f"in one process, {what}", **summary(ours)})
    database.close()
    figures["usage_times_floor"] = round(max(shares), 2)
    return rows


def _build() -> dict[str, Any]:
    """Build today, in this process."""
    import django  # noqa: PLC0415 - after the environment is set

    django.setup()
    from billing.daily import rebuild_day  # noqa: PLC0415

    started = time.perf_counter()
    if rebuild_day(date.today()) != 1:
        raise SystemExit("today was not built")
    return {
        "what": f"build a day of {MESSAGES_A_DAY} messages",
        "seconds": round(time.perf_counter() - started, 2),
    }
