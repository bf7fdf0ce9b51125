"""Make a backlog of calls to one service again with one worker process, and time it."""

import sys
import time
import uuid
from pathlib import Path
from typing import Any

import processes

ROOT = Path(__file__).resolve().parent.parent
CALLS = 10_000
DELAY_MS = 10


def measure(service: dict[str, Any], figures: dict[str, Any]) -> list[dict[str, Any]]:
    """Time calls over TLS to an endpoint that answers after a moment."""
    import django  # noqa: PLC0415 - the settings come from the environment

    django.setup()
    from notifications.tests.callbacks.certificates import (  # noqa: PLC0415
        certificate_for_loopback,
    )

    directory = ROOT / ".local" / "benchmark-tls"
    directory.mkdir(parents=True, exist_ok=True)
    certificate, key = certificate_for_loopback(directory)
    port = processes.free_port()
    sink = [sys.executable, "benchmarks/sinks.py", "--calls", str(port), str(DELAY_MS)]
    with processes.running(*sink, str(certificate), str(key), log="sink-calls"):
        processes.wait_for(port)
        _fill(uuid.UUID(service["id"]), f"https://127.0.0.1:{port}/told")
        replayed = time.perf_counter()
        _replay(uuid.UUID(service["id"]))
        replaying = time.perf_counter() - replayed
        row = _drain(HTTP_CA_FILE=str(certificate))
    figures["calls_per_second"] = row["per_second"]
    return [
        {"what": f"calls again, the service takes {DELAY_MS} ms", **row},
        {"what": "making them wait again", "calls": CALLS, "seconds": round(replaying, 2)},
    ]


def _fill(service_id: uuid.UUID, url: str) -> None:
    """Store calls that were given up, as after an outage of the service."""
    from django.db import connection  # noqa: PLC0415

    from notifications.callbacks.payloads import delivery_status_payload  # noqa: PLC0415
    from notifications.models import CallbackDelivery  # noqa: PLC0415
    from notifications.statuses import Status  # noqa: PLC0415
    from notify_project import clock  # noqa: PLC0415
    from services.callbacks import set_callback  # noqa: PLC0415
    from services.models import Service  # noqa: PLC0415

    service, now = Service.objects.get(id=service_id), clock.now()
    set_callback(service, "delivery_status", url=url, token="a" * 20, actor=None)
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE callback_deliveries, callback_attempts, failing_endpoints")
    subjects = [uuid.uuid4() for _ in range(CALLS)]
    CallbackDelivery.objects.bulk_create(
        CallbackDelivery(
            service=service,
            callback_type="delivery_status",
            subject_id=subject,
            event_key="delivered",
            payload=delivery_status_payload(
                id=subject,
                reference="benchmark",
                to="amala@example.org",
                status=Status.DELIVERED,
                created_at=now,
                completed_at=now,
                sent_at=now,
                notification_type="email",
                template_id=subject,
                template_version=1,
            ),
            state="given-up",
            attempts=6,
            created_at=now,
            finished_at=now,
        )
        for subject in subjects
    )


def _replay(service_id: uuid.UUID) -> None:
    from notifications.callbacks.replay import Wanted, replay  # noqa: PLC0415
    from notify_project import clock  # noqa: PLC0415
    from notify_project.redis_connection import redis_connection  # noqa: PLC0415

    wanted = Wanted(service_id=service_id)
    count = sum(replay(wanted, actor=None, reason="benchmark", now=clock.now()))
    if count != CALLS:
        raise SystemExit(f"{count} calls wait instead of {CALLS}")
    redis_connection().flushdb()


def _drain(**env: str) -> dict[str, Any]:
    """Let one worker make the calls."""
    from notifications.callbacks.tasks import wake  # noqa: PLC0415
    from notifications.models import CallbackDelivery  # noqa: PLC0415
    from notify_project.redis_connection import redis_connection  # noqa: PLC0415

    waiting = CallbackDelivery.objects.filter(state="waiting")
    worker = [sys.executable, "manage.py", "run_worker", "callbacks"]
    with processes.running(*worker, log="worker-calls", **env) as process:
        while not redis_connection().exists("rq:workers"):
            time.sleep(0.1)
        time.sleep(1)  # it is up and idle
        before = processes.cpu_seconds([process.pid])
        started = time.perf_counter()
        wake()
        while waiting.exists():
            if time.perf_counter() - started > 300:
                raise SystemExit(f"{waiting.count()} calls still wait: see .local/log/")
            time.sleep(0.05)
        elapsed = time.perf_counter() - started
        used = processes.cpu_seconds([process.pid]) - before
        memory = processes.resident_mb(process.pid)
    told = CallbackDelivery.objects.filter(state="done").count()
    if told != CALLS:
        raise SystemExit(f"{told} of {CALLS} calls were answered: see .local/log/")
    return {
        "calls": CALLS,
        "per_second": round(CALLS / elapsed, 1),
        "worker_cpu_ms_per_call": round(used / CALLS * 1000, 3),
        "worker_mb": round(memory, 1),
    }
