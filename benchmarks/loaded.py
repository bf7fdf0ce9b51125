"""Ask for the pages of the admin site with five million messages behind them.

Given DATABASE_URL of a database that was filled before, this takes it as it is: what the pages
show of today is then as old as the filling.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, Final

from loaded_pages import Ask, Asked, Pages

ROUNDS: Final = 50


def measure(_: dict[str, Any], figures: dict[str, Any]) -> list[dict[str, Any]]:
    """Fill the database unless it is full; time each page, of another row each time."""
    import django  # noqa: PLC0415 - the settings come from the environment

    django.setup()
    from django.test import Client  # noqa: PLC0415

    from deploy import sample  # noqa: PLC0415
    from notifications.statistics.kept_counts import count_lately  # noqa: PLC0415
    from notify_project import clock  # noqa: PLC0415
    from services.models import User  # noqa: PLC0415

    if not User.objects.filter(email_address=sample.EMAIL).exists():
        began = time.perf_counter()
        sample.fill(sample.LOADED, tell=lambda what: _tell(began, what))
    # As the schedule does every five minutes.
    count_lately(clock.now())
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(User.objects.get(email_address=sample.EMAIL))
    rows = [_timed(client, name, ask) for name, ask in Pages().asked()]
    # What else the machine does meanwhile is no fault of a page.
    figures["admin_page_p95_ms"] = max(row["p95_alone_ms"] for row in rows)
    figures["admin_page_queries"] = max(row["queries"] for row in rows)
    return rows


def _tell(began: float, what: str) -> None:
    print(f"  {time.perf_counter() - began:6.1f} s  {what}", flush=True)


def _timed(client: Any, name: str, ask: Ask) -> dict[str, Any]:
    """Return how long a page takes by the clock, and how long had a processor been free for it.

    Asked for once before: the first request of a process loads what the others find.
    """
    _one(client, ask())
    found = [_one(client, ask()) for _ in range(ROUNDS)]
    times, alone = sorted(row[0] for row in found), sorted(row[1] for row in found)
    return {
        "page": name,
        "queries": max(row[2] for row in found),
        "p50_ms": round(times[len(times) // 2], 1),
        "p95_ms": round(times[int(len(times) * 0.95)], 1),
        "p50_alone_ms": round(alone[len(alone) // 2], 1),
        "p95_alone_ms": round(alone[int(len(alone) * 0.95)], 1),
    }


def _one(client: Any, asked: Asked) -> tuple[float, float, int]:
    """Return milliseconds by the clock, those that a free processor would take, and queries."""
    from django.db import connection, reset_queries  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    # The log of queries holds 9,000, and counts no more.
    reset_queries()
    with CaptureQueriesContext(connection) as captured:
        server = connection.connection.info.backend_pid
        (ran, waited), started = _processor(server), time.perf_counter()
        if asked.posted:
            answer = client.post(asked.path, asked.values)
        else:
            answer = client.get(asked.path, asked.values)
        took = time.perf_counter() - started
        ran_then, waited_then = _processor(server)
    if answer.status_code not in {200, 302}:
        raise SystemExit(f"{asked.path}: {answer.status_code}")
    # One of the two may wait while the other runs: that was no waiting.
    alone = max(ran_then - ran, took - (waited_then - waited))
    return took * 1000, alone * 1000, len(captured)


def _processor(server: int) -> tuple[float, float]:
    """Return for how many seconds this process and its PostgreSQL ran, and waited to run.

    Nothing where the system does not tell; without PostgreSQL, where that runs elsewhere.
    """
    files = [Path("/proc/thread-self/schedstat"), Path(f"/proc/{server}/schedstat")]
    told = [list(map(int, file.read_text().split())) for file in files if file.exists()]
    return sum(each[0] for each in told) / 1e9, sum(each[1] for each in told) / 1e9
