"""Delete old messages while others are sent, and time both."""

import threading
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from measured_service import VALUES

ROWS = 200_000
TURNS = 3
# Nobody sends for so long before the rows are deleted, to know what the machine does by itself.
QUIET_SECONDS = 5.0
PAUSE_SECONDS = 0.005
FILL = """
    INSERT INTO notifications (
        id, service_id, template_id, template_version, "to", normalised_to, key_type, is_real,
        notification_type, process_type, notification_status, created_at, client_reference,
        reference, billable_units, international, delivery_attempts, sent_at, sent_by, updated_at)
    SELECT gen_random_uuid(), %(service)s, %(template)s, %(version)s, 'amala@example.org',
        'amala' || n || '@example.org', 'normal', true, 'email', 'normal', 'delivered',
        %(now)s - interval '8 days' - interval '50 ms' * n, 'reference-' || n,
        n || '@example.org', 0, false, 1, %(now)s - interval '8 days', 'smtp',
        %(now)s - interval '8 days'
    FROM generate_series(1, %(rows)s) n
"""


def measure(service: dict[str, Any], figures: dict[str, Any]) -> list[dict[str, Any]]:
    """Time the deletion alone, sending alone, and both at once."""
    import django  # noqa: PLC0415 - the settings come from the environment

    django.setup()
    speeds = []
    for _ in range(TURNS):
        _fill(service)
        speeds.append(_delete())
    with _Sending(service) as quiet:
        time.sleep(QUIET_SECONDS)
    _fill(service)
    with _Sending(service) as beside:
        beside_speed = _delete()
    figures["deleted_rows_per_second"] = round(max(speeds))
    figures["send_longest_ms_beside_deletion"] = beside.row["longest_ms"]
    alone = {"rows": ROWS, "rows_per_second": round(max(speeds))}
    both = {"rows": ROWS, "rows_per_second": round(beside_speed)}
    return [
        {"what": f"deletion alone, best of {TURNS}", **alone},
        {"what": "sending alone", **quiet.row},
        {"what": "both at once", **both, **beside.row},
    ]


def _fill(service: dict[str, Any]) -> None:
    from django.db import connection  # noqa: PLC0415

    from notifications.models import HISTORY_COLUMNS  # noqa: PLC0415
    from notify_project import clock  # noqa: PLC0415

    template = service["templates"]["email"]
    values = {"service": service["id"], "template": template["id"], "now": clock.now()}
    columns = ", ".join(HISTORY_COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE notifications, notification_history")
        cursor.execute(FILL, values | {"version": template["version"], "rows": ROWS})
        cursor.execute(
            f"INSERT INTO notification_history ({columns}) SELECT {columns} FROM notifications"  # noqa: S608 - constants
        )
        cursor.execute("VACUUM ANALYZE notifications, notification_history")
        cursor.execute("CHECKPOINT")


def _delete() -> float:
    """Delete what is old, and return the rows a second."""
    from notifications.retention.purge import purge_texts_and_emails  # noqa: PLC0415
    from notify_project import clock  # noqa: PLC0415

    started = time.perf_counter()
    purged = purge_texts_and_emails(clock.london_today())
    elapsed = time.perf_counter() - started
    if purged.count != ROWS or purged.without_history:
        raise SystemExit(f"{purged} instead of {ROWS} deleted rows")
    return ROWS / elapsed


class _Sending:
    """Messages one after another, from their insertion to their outcome, as long as it lasts."""

    def __init__(self, service: dict[str, Any]) -> None:
        self._send = _sender(service)
        self._over = threading.Event()
        self._took: list[float] = []
        self._thread = threading.Thread(target=self._go_on)

    def __enter__(self) -> "_Sending":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    @property
    def row(self) -> dict[str, Any]:
        """Return how long a message took."""
        took = sorted(self._took)
        return {
            "messages": len(took),
            "p50_ms": round(took[len(took) // 2] * 1000, 1),
            "p99_ms": round(took[len(took) * 99 // 100] * 1000, 1),
            "longest_ms": round(took[-1] * 1000, 1),
        }

    def _go_on(self) -> None:
        from django.db import connection  # noqa: PLC0415

        self._send()  # connects, and fills what a process remembers
        while not self._over.wait(PAUSE_SECONDS):
            started = time.perf_counter()
            self._send()
            self._took.append(time.perf_counter() - started)
        connection.close()


def _sender(service: dict[str, Any]) -> Callable[[], None]:
    from notifications import lifecycle  # noqa: PLC0415
    from notifications.acceptance.persist import persist_notification  # noqa: PLC0415
    from notifications.statuses import Status  # noqa: PLC0415
    from notify_project import clock  # noqa: PLC0415
    from services.read_models import find_service  # noqa: PLC0415

    model = find_service(uuid.UUID(service["id"]))
    if model is None:
        raise SystemExit("the benchmark's service is not there")
    template = service["templates"]["email"]

    def send() -> None:
        row = persist_notification(
            template_id=uuid.UUID(template["id"]),
            template_version=template["version"],
            recipient="amala@example.org",
            service=model,
            personalisation=VALUES,
            notification_type="email",
            api_key_id=None,
            key_type="normal",
            reply_to_text=None,
        )
        now = clock.now()
        lease = now + timedelta(seconds=120)
        claimed = lifecycle.claim(lane="normal", limit=100, now=now, lease_until=lease)
        outcomes = [
            lifecycle.Outcome(
                id=each.id,
                attempt=each.delivery_attempts,
                status=Status.DELIVERED,
                accepted=True,
                sent_at=now,
                sent_by="smtp",
            )
            for each in claimed
        ]
        lifecycle.record_outcomes(outcomes, now=clock.now())
        if [each.id for each in claimed] != [row.id]:
            raise SystemExit(f"{len(claimed)} messages were claimed instead of one")

    return send
