"""Deliver a backlog with one worker process and time it."""

import sys
import time
import uuid
from typing import Any

import floors
import processes
from measured_service import VALUES
from sinks import TEXT_DELAY_MS

EMAILS = 5000
TEXTS = 1000


def measure(service: dict[str, Any], figures: dict[str, Any]) -> list[dict[str, Any]]:
    """Time emails to a sink that answers at once, and texts to one that takes a while."""
    smtp_port, http_port = processes.free_port(), processes.free_port()
    sinks = [sys.executable, "benchmarks/sinks.py", str(smtp_port), str(http_port)]
    env = {
        "EMAIL_URL": f"smtp://127.0.0.1:{smtp_port}",
        "MMG_URL": f"http://127.0.0.1:{http_port}/mmg",
    }
    with processes.running(*sinks, str(TEXT_DELAY_MS), log="sinks"):
        processes.wait_for(smtp_port)
        processes.wait_for(http_port)
        floor = floors.deliver(smtp_port, EMAILS)
        emails = _drain(service, "email", EMAILS, env)
        texts = _drain(service, "sms", TEXTS, env)
    figures["emails_per_second"] = emails["per_second"]
    figures["texts_per_second"] = texts["per_second"]
    figures["worker_mb"] = max(emails["worker_mb"], texts["worker_mb"])
    return [
        {"what": "bare claim-send-record loop", "messages": EMAILS, "per_second": round(floor)},
        {"what": "emails, provider answers at once", **emails},
        {"what": f"texts, provider takes {TEXT_DELAY_MS} ms", **texts},
    ]


def _drain(service: dict[str, Any], kind: str, count: int, env: dict[str, str]) -> dict[str, Any]:
    """Fill the normal lane, let one worker empty it."""
    import django  # noqa: PLC0415 - the settings come from the environment
    from django.db import connection  # noqa: PLC0415

    django.setup()
    from notifications.delivery.wake import wake  # noqa: PLC0415
    from notifications.models import Notification  # noqa: PLC0415
    from notify_project.constants import Queue  # noqa: PLC0415
    from notify_project.redis_connection import redis_connection  # noqa: PLC0415

    waiting = Notification.objects.filter(status="created")
    # What was accepted before is not what is measured here.
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE notifications, notification_history")
    redis_connection().flushdb()
    _fill(service, kind, count)
    worker = [sys.executable, "manage.py", "run_worker", "normal"]
    with processes.running(*worker, log=f"worker-{kind}", **env) as process:
        while not redis_connection().exists("rq:workers"):
            time.sleep(0.1)
        time.sleep(1)  # it is up and idle
        before = processes.cpu_seconds([process.pid])
        started = time.perf_counter()
        wake(Queue.NORMAL)
        while waiting.exists():
            if time.perf_counter() - started > 300:
                raise SystemExit(f"{waiting.count()} messages still wait: see .local/log/")
            time.sleep(0.02)
        elapsed = time.perf_counter() - started
        used = processes.cpu_seconds([process.pid]) - before
        memory = processes.resident_mb(process.pid)
    return {
        "messages": count,
        "per_second": round(count / elapsed, 1),
        "worker_cpu_ms_per_message": round(used / count * 1000, 3),
        "worker_mb": round(memory, 1),
    }


def _fill(service: dict[str, Any], kind: str, count: int) -> None:
    from notifications.acceptance.persist import persist_notification  # noqa: PLC0415
    from services.read_models import find_service  # noqa: PLC0415

    model = find_service(uuid.UUID(service["id"]))
    if model is None:
        raise SystemExit("the benchmark's service is not there")
    template = service["templates"][kind]
    for number in range(count):
        persist_notification(
            template_id=uuid.UUID(template["id"]),
            template_version=template["version"],
            recipient="amala@example.org" if kind == "email" else f"07900{number:06}",
            service=model,
            personalisation=VALUES,
            notification_type=kind,
            api_key_id=None,
            key_type="normal",
            reply_to_text=None if kind == "email" else "NOTIFY",
        )
