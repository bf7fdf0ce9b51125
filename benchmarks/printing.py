"""Plan print runs, and hand a thousand letters over to a stand-in of the printer."""

import os
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import processes

LETTERS, MANY = 1000, 150_000
PDF_BYTES = 200_000
SAMPLE_SECONDS = 0.05
KEY = "benchmark"
FILL = """
    INSERT INTO notifications (
        id, service_id, template_id, template_version, "to", key_type, is_real, lane,
        notification_type, process_type, notification_status, created_at, reference,
        billable_units, international, postage, delivery_attempts)
    SELECT gen_random_uuid(), %(service)s, %(template)s, 1,
        E'Amala Bird\\n1 High Street\\nSW1A 1AA', 'normal', true, 'letters', 'letter', 'normal',
        'created', %(now)s - interval '1 day' - interval '1 ms' * n,
        upper(substr(md5(n::text), 1, 16)), 1, false, 'second', 0
    FROM generate_series(1, %(rows)s) n
"""


def measure(service: dict[str, Any], figures: dict[str, Any]) -> list[dict[str, Any]]:
    """Time the planning of a long run, and planning and hand-over of a short one."""
    port = processes.free_port()
    os.environ.update(
        DVLA_URL=f"http://127.0.0.1:{port}/dvla",
        DVLA_USERNAME="benchmark",
        DVLA_PASSWORD=KEY,
        DVLA_API_KEY=KEY,
    )
    import django  # noqa: PLC0415 - the settings come from the environment

    django.setup()
    planned = _planning(service)
    stubs = [sys.executable, "-m", "deploy.stubs", "--api-key", KEY, "--http-port", str(port)]
    stubs += ["--smtp-port", str(processes.free_port())]
    with processes.running(*stubs, log="stubs"):
        processes.wait_for(port)
        printed = _printing(service)
    figures["plan_150000_seconds"], figures["plan_growth_mb"] = (
        planned["seconds"],
        planned["growth_mb"],
    )
    figures["print_1000_seconds"], figures["print_worker_growth_mb"] = (
        printed["seconds"],
        printed["growth_mb"],
    )
    return [planned, printed]


def _planning(service: dict[str, Any]) -> dict[str, Any]:
    from notifications.letters.printing.collate import collate  # noqa: PLC0415
    from notify_project import clock  # noqa: PLC0415

    _fill(service, MANY)
    return {"what": f"{MANY} letters planned"} | _timed(lambda: collate(clock.now()))


def _printing(service: dict[str, Any]) -> dict[str, Any]:
    from notifications.letters import files  # noqa: PLC0415
    from notifications.letters.printing.collate import collate  # noqa: PLC0415
    from notifications.letters.printing.hand_over import hand_over_batches  # noqa: PLC0415
    from notifications.models import Notification  # noqa: PLC0415
    from notify_project import clock  # noqa: PLC0415

    _fill(service, LETTERS)
    pdf = b"%PDF-1.7\n" + os.urandom(PDF_BYTES)
    letters = Notification.objects.filter(notification_type="letter")
    for letter in letters.iterator():
        files.store_pdf(letter, pdf)

    def run() -> None:
        collate(clock.now())
        hand_over_batches(until=clock.now() + timedelta(minutes=10))

    try:
        row = {"what": f"{LETTERS} letters planned and handed over"} | _timed(run)
        if letters.filter(status="sending").count() != LETTERS:
            raise SystemExit("not every letter reached the printer")
    finally:
        for letter in letters.iterator():
            files.delete_all(letter)
    return row


def _fill(service: dict[str, Any], rows: int) -> None:
    from django.db import connection  # noqa: PLC0415

    from notifications.models import HISTORY_COLUMNS, ProviderDetails  # noqa: PLC0415
    from notify_project import clock  # noqa: PLC0415

    ProviderDetails.objects.filter(identifier="dvla").update(active=True)
    columns = ", ".join(HISTORY_COLUMNS)
    template = service["templates"]["letter"]["id"]
    values = {"service": service["id"], "template": template, "now": clock.now(), "rows": rows}
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE notifications, notification_history")
        cursor.execute("TRUNCATE letter_print_batches CASCADE")
        cursor.execute(FILL, values)
        cursor.execute(
            f"INSERT INTO notification_history ({columns}) SELECT {columns} FROM notifications"  # noqa: S608 - constants
        )
        cursor.execute("VACUUM ANALYZE notifications, notification_history")


def _timed(run: Callable[[], object]) -> dict[str, float]:
    """Return the seconds that something takes, and by how much this process grows meanwhile."""
    before = peak = processes.resident_mb(os.getpid())
    over = threading.Event()

    def sample() -> None:
        nonlocal peak
        while not over.wait(SAMPLE_SECONDS):
            peak = max(peak, processes.resident_mb(os.getpid()))

    sampling = threading.Thread(target=sample)
    sampling.start()
    started = time.perf_counter()
    try:
        run()
    finally:
        seconds = time.perf_counter() - started
        over.set()
        sampling.join()
    return {"seconds": round(seconds, 1), "growth_mb": round(peak - before, 1)}
