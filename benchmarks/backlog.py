"""Backlogs: made in the database, drained by one worker, looked through for what is due."""

import statistics
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import floors
import processes
import psycopg2
from measured_service import VALUES

DRAINED = 50_000
ENDS = 10_000
WAITING = 1_000_000
SERVICES = 1000
DUE = 50
ROUNDS = 20
LIMIT = 100
PATIENCE_SECONDS = 1800
# Copies of one accepted message, as if they had come in one after another.
COPY = """
    WITH copied AS (
        INSERT INTO notifications ({columns}) SELECT {values}
        FROM notifications n, generate_series(1, %(count)s) i WHERE n.id = %(id)s
        RETURNING {history}
    ) INSERT INTO notification_history ({history}) SELECT {history} FROM copied
"""
# Lane -> what is there to look through: how many services wait, and whether for retries.
SHAPES = {
    "normal": ("one service", 1, False),
    "bulk": (f"{SERVICES} services", SERVICES, False),
    "priority": (f"{SERVICES} services, all but {DUE} wait for a retry", SERVICES, True),
}
WAIT = """
    INSERT INTO notifications (
        id, service_id, template_id, template_version, "to", key_type, is_real, notification_type,
        process_type, lane, notification_status, created_at, next_attempt_at, billable_units,
        international, delivery_attempts)
    SELECT gen_random_uuid(), md5((n %% %(services)s)::text)::uuid, gen_random_uuid(), 1,
        'amala@example.org', 'normal', true, 'email', 'normal', %(lane)s, 'created',
        now() - interval '1 hour' + interval '1 ms' * n,
        CASE WHEN %(retry)s AND n > %(due)s THEN now() + interval '1 day' END, 0, false, 0
    FROM generate_series(1, %(rows)s) n
"""
ITS_INDEXES = ("notifications_pkey", "ix_notif_due_in_lane", "ix_notif_oldest_due")


def measure(service: dict[str, Any], figures: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Drain a backlog, then look for what is due among a million that wait."""
    return {"drain": [_drain(service, figures)], "due": _look(figures)}


def empty() -> None:
    """Forget every message, and every task."""
    from notify_project.redis_connection import redis_connection  # noqa: PLC0415

    with _cursor() as cursor:
        cursor.execute("TRUNCATE notifications, notification_history")
    redis_connection().flushdb()


def fill(lane: str, service: dict[str, Any], kind: str, count: int) -> None:
    """Store messages of a service that are due in a lane, all at once."""
    from django.db import connection, transaction  # noqa: PLC0415

    from notifications.acceptance.persist import persist_notification  # noqa: PLC0415
    from services.read_models import find_service  # noqa: PLC0415

    template = service["templates"][kind]
    with transaction.atomic(), connection.cursor() as cursor:
        first = persist_notification(
            template_id=uuid.UUID(template["id"]),
            template_version=template["version"],
            recipient="amala@example.org" if kind == "email" else "07900900123",
            service=find_service(uuid.UUID(service["id"])),  # type: ignore[arg-type]  # it is there
            personalisation=VALUES,
            notification_type=kind,
            api_key_id=None,
            key_type="normal",
            rows_of_job=count if lane == "bulk" else None,
        )
        cursor.execute(_copy(), {"count": count - 1, "id": str(first.id)})
        if (first.lane, cursor.rowcount) != (lane, count - 1):
            raise SystemExit(f"{cursor.rowcount} copies wait in {first.lane}")
    with _cursor() as cursor:
        cursor.execute("VACUUM ANALYZE notifications")


def _copy() -> str:
    from notifications.models import HISTORY_COLUMNS, Notification  # noqa: PLC0415

    new = {
        "id": "gen_random_uuid()",
        "created_at": "n.created_at + interval '1 microsecond' * i",
    }
    columns = [str(field.column) for field in Notification._meta.concrete_fields]  # noqa: SLF001
    return COPY.format(
        columns=", ".join(f'"{name}"' for name in columns),
        values=", ".join(new.get(name, f'n."{name}"') for name in columns),
        history=", ".join(f'"{name}"' for name in HISTORY_COLUMNS),
    )


def waiting(lane: str) -> int:
    """Return how many messages of a lane wait."""
    with _cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM notifications WHERE lane = %s "
            "AND notification_status = 'created' AND notification_type IN ('sms', 'email')",
            [lane],
        )
        return int(cursor.fetchall()[0][0])


def wake(lane: str) -> None:
    """Queue the task of a lane."""
    from notifications.delivery import wake  # noqa: PLC0415
    from notify_project.constants import Queue  # noqa: PLC0415

    wake.wake(Queue(lane))


def wait_for_workers(count: int) -> None:
    """Wait until so many worker processes are up and idle."""
    from notify_project.redis_connection import redis_connection  # noqa: PLC0415

    while redis_connection().scard("rq:workers") < count:
        time.sleep(0.1)
    time.sleep(1)


def seconds_to_hand_over(ids: list[str]) -> list[float]:
    """Wait until a provider has each message; return how long that took from its acceptance."""
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while True:
        with _cursor() as cursor:
            cursor.execute(
                "SELECT extract(epoch FROM sent_at - created_at) FROM notifications "
                "WHERE id = ANY(%s::uuid[])",
                [ids],
            )
            waited = [each for (each,) in cursor.fetchall()]
        if len(waited) == len(ids) and None not in waited:
            return [float(each) for each in waited]
        if time.monotonic() > give_up_at:
            raise SystemExit(f"{waited.count(None)} messages still wait: see .local/log/")
        time.sleep(0.2)


def _drain(service: dict[str, Any], figures: dict[str, Any]) -> dict[str, Any]:
    """Let one worker empty a backlog; does it get slower, or faster, on the way?"""
    smtp_port, http_port = processes.free_port(), processes.free_port()
    sinks = [sys.executable, "benchmarks/sinks.py", str(smtp_port), str(http_port), "0"]
    worker = [sys.executable, "manage.py", "run_worker", "normal"]
    empty()
    fill("normal", service, "email", DRAINED)
    env = {"EMAIL_URL": f"smtp://127.0.0.1:{smtp_port}"}
    with processes.running(*sinks, log="sinks-drain"):
        processes.wait_for(smtp_port)
        with processes.running(*worker, log="worker-drain", **env) as process:
            wait_for_workers(1)
            before = processes.cpu_seconds([process.pid])
            wake("normal")
            give_up_at = time.monotonic() + PATIENCE_SECONDS
            while left := waiting("normal"):
                if time.monotonic() > give_up_at:
                    raise SystemExit(f"{left} messages still wait: see .local/log/")
                time.sleep(1)
            used = processes.cpu_seconds([process.pid]) - before
    with _cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM sent_at) FROM notifications ORDER BY sent_at")
        sent = [float(at) for (at,) in cursor.fetchall()]
    first = ENDS / (sent[ENDS] - sent[0])
    last = ENDS / (sent[-1] - sent[-ENDS - 1])
    figures["drain_last_share"] = round(last / first, 2)
    return {
        "what": f"{DRAINED} emails, provider answers at once",
        "per_second": round(DRAINED / (sent[-1] - sent[0]), 1),
        f"first_{ENDS}_per_second": round(first, 1),
        f"last_{ENDS}_per_second": round(last, 1),
        "worker_cpu_ms_per_message": round(used / DRAINED * 1000, 3),
    }


def _look(figures: dict[str, Any]) -> list[dict[str, Any]]:
    with _only_indexes(ITS_INDEXES):
        with _cursor() as cursor:
            # The services are made up: only the looking is measured.
            cursor.execute("SET session_replication_role = replica")
            for lane, (_, services, retry) in SHAPES.items():
                values = {"lane": lane, "services": services, "retry": retry}
                cursor.execute(WAIT, {**values, "rows": WAITING, "due": DUE})
            cursor.execute("VACUUM ANALYZE notifications")
        rows = [_find(lane, what) for lane, (what, _, _) in SHAPES.items()]
        empty()
    # What else the machine does only ever adds to a measurement.
    figures["due_ms"] = max(row["best_ms"] for row in rows)
    return rows


def _find(lane: str, what: str) -> dict[str, Any]:
    """Time the look for due messages that each claim begins with; nothing is claimed."""
    from django.db import connection, transaction  # noqa: PLC0415

    from notifications.delivery.claim import has_due_rows  # noqa: PLC0415
    from notifications.lifecycle.attempts import FIND_DUE  # noqa: PLC0415
    from notify_project import clock  # noqa: PLC0415
    from notify_project.constants import Queue  # noqa: PLC0415

    milliseconds, asked, found = [], [], 0
    for _ in range(ROUNDS):
        values: dict[str, Any] = {"lane": lane, "limit": LIMIT, "now": clock.now()}
        values["start"] = str(uuid.uuid4())
        with transaction.atomic(), connection.cursor() as cursor:
            started = time.perf_counter()
            cursor.execute(FIND_DUE + "SELECT id FROM picked", values)  # noqa: S608 - our own
            found = len(cursor.fetchall())
            milliseconds.append((time.perf_counter() - started) * 1000)
            transaction.set_rollback(True)
        started = time.perf_counter()
        has_due_rows(Queue(lane), clock.now() - timedelta(hours=2))
        asked.append((time.perf_counter() - started) * 1000)
    if found != (DUE if SHAPES[lane][2] else LIMIT):
        raise SystemExit(f"{found} messages were found in {lane}")
    return {
        "what": f"of {WAITING} that wait, {what}",
        "found": found,
        "best_ms": round(min(milliseconds), 2),
        "p50_ms": round(statistics.median(milliseconds), 2),
        "max_ms": round(max(milliseconds), 2),
        "is_any_due_best_ms": round(min(asked), 2),
    }


@contextmanager
def _only_indexes(kept: tuple[str, ...]) -> Iterator[None]:
    """Drop the other indexes during the block: filling the table takes minutes with them."""
    empty()
    with _cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'notifications'"
        )
        others = {name: made for name, made in cursor.fetchall() if name not in kept}
        for name in others:
            cursor.execute(f'DROP INDEX "{name}"')
    try:
        yield
    finally:
        with _cursor() as cursor:
            for made in others.values():
                cursor.execute(made)


@contextmanager
def _cursor() -> Iterator[Any]:
    database = psycopg2.connect(floors.dsn())
    database.autocommit = True
    try:
        with database.cursor() as cursor:
            yield cursor
    finally:
        database.close()
