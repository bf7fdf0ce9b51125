"""Send a file of 100,000 recipients: store its rows with one worker, hand the first ones over."""

import io
import sys
import time
import uuid
from typing import Any

import processes
import spreadsheets
from sinks import TEXT_DELAY_MS

ROWS = 100_000
# Emptied and filled by SQL alone, from the rows that the platform has stored.
FLOOR = """
DROP TABLE IF EXISTS bench_rows, bench_history;
CREATE TABLE bench_rows (LIKE notifications INCLUDING ALL);
CREATE TABLE bench_history (LIKE notification_history INCLUDING ALL);
"""
FILL_FLOOR = """
INSERT INTO bench_rows SELECT * FROM notifications;
INSERT INTO bench_history SELECT * FROM notification_history;
"""


def measure(service: dict[str, Any], figures: dict[str, Any]) -> list[dict[str, Any]]:
    """Time the storing of all rows, with its floor, and the first message of a job."""
    import django  # noqa: PLC0415 - the settings come from the environment

    django.setup()
    _empty()
    stored = _store(service)
    floor = _floor()
    _empty()
    first = _first_hand_over(service)
    figures["job_rows_per_second"] = stored["per_second"]
    figures["job_rows_per_cpu_second"] = round(ROWS / stored.pop("cpu_seconds"))
    figures["jobs_worker_mb"] = stored["worker_mb"]
    figures["first_hand_over_s"] = first["seconds_to_the_first"]
    return [
        {"what": "floor: INSERT … SELECT of the same rows", "rows": ROWS, "per_second": floor},
        {"what": "one worker", **stored},
        {"what": "until the first message is handed over", **first},
    ]


def _empty() -> None:
    from django.db import connection  # noqa: PLC0415

    from notify_project.redis_connection import redis_connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE notifications, notification_history, jobs")
    redis_connection().flushdb()


def _create(service: dict[str, Any], rows: int) -> float:
    """Check and store a file, create its job, and return the time of creation."""
    from notifications.jobs.create import create_job  # noqa: PLC0415
    from notifications.jobs.upload import upload  # noqa: PLC0415
    from services.read_models import find_service  # noqa: PLC0415
    from templates_app.read_models import find_template  # noqa: PLC0415

    service_id = uuid.UUID(service["id"])
    model = find_service(service_id)
    template = find_template(service_id, uuid.UUID(service["templates"]["sms"]["id"]))
    if model is None or template is None:
        raise SystemExit("the benchmark's service is not there")
    content = io.BytesIO(spreadsheets.as_csv(rows))
    uploaded = upload(content, "people.csv", template, model)
    if uploaded.refusal is not None:
        raise SystemExit(f"{uploaded.refusal.heading}: {uploaded.refusal.details}")
    started = time.perf_counter()
    create_job(service_id, uploaded.job_id)
    return started


def _store(service: dict[str, Any]) -> dict[str, Any]:
    from notifications.models import Notification  # noqa: PLC0415

    worker = [sys.executable, "manage.py", "run_worker", "jobs"]
    with processes.running(*worker, log="worker-jobs") as process:
        _await_worker()
        before = processes.cpu_seconds([process.pid])
        started = _create(service, ROWS)
        memory = 0.0
        while Notification.objects.count() < ROWS:
            if time.perf_counter() - started > 300:
                raise SystemExit("rows are missing: see .local/log/")
            memory = max(memory, processes.resident_mb(process.pid))
            time.sleep(0.1)
        elapsed = time.perf_counter() - started
        used = processes.cpu_seconds([process.pid]) - before
    return {
        "rows": ROWS,
        "per_second": round(ROWS / elapsed),
        "cpu_seconds": used,
        "worker_cpu_ms_per_row": round(used / ROWS * 1000, 3),
        "worker_mb": round(memory, 1),
    }


def _floor() -> int:
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute(FLOOR)
        started = time.perf_counter()
        cursor.execute(FILL_FLOOR)
        return round(ROWS / (time.perf_counter() - started))


def _first_hand_over(service: dict[str, Any]) -> dict[str, Any]:
    from notifications.models import Notification  # noqa: PLC0415

    smtp_port, http_port = processes.free_port(), processes.free_port()
    sinks = [sys.executable, "benchmarks/sinks.py", str(smtp_port), str(http_port)]
    env = {"MMG_URL": f"http://127.0.0.1:{http_port}/mmg"}
    workers = [[sys.executable, "manage.py", "run_worker", pool] for pool in ("jobs", "bulk")]
    with (
        processes.running(*sinks, str(TEXT_DELAY_MS), log="sinks"),
        processes.running(*workers[0], log="worker-jobs", **env),
        processes.running(*workers[1], log="worker-bulk", **env),
    ):
        processes.wait_for(http_port)
        _await_worker()
        started = _create(service, ROWS)
        while not Notification.objects.filter(sent_at__isnull=False).exists():
            if time.perf_counter() - started > 60:
                raise SystemExit("no message was handed over: see .local/log/")
            time.sleep(0.02)
        return {
            "rows": ROWS,
            "seconds_to_the_first": round(time.perf_counter() - started, 2),
        }


def _await_worker() -> None:
    from notify_project.redis_connection import redis_connection  # noqa: PLC0415

    while not redis_connection().exists("rq:workers"):
        time.sleep(0.1)
    time.sleep(1)  # it is up and idle
