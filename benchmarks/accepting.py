"""Accept emails with each web server, beside the floor: a bare INSERT behind the same server."""

import json
from typing import Any

import floors
import load
import processes
from measured_service import VALUES
from web_server import CONCURRENCY, Requests, count_trips, web_command


def measure(
    service: dict[str, Any], figures: dict[str, Any], *, seconds: float
) -> list[dict[str, Any]]:
    """Measure both web servers with the platform and with the floor."""
    body = {
        "email_address": "amala@example.org",
        "template_id": service["templates"]["email"]["id"],
        "personalisation": VALUES,
        "reference": "benchmark",
    }
    requests = Requests(service["id"], json.dumps(body).encode())
    floors.prepare()
    rows = []
    for server in ("granian", "gunicorn"):
        rows.append({"what": "platform"} | _under_load(
            server, "notify_project.wsgi:application", requests, seconds
        ))  # fmt: skip
        rows.append({"what": "queue first"} | _under_load(
            server, "notify_project.wsgi:application", requests, seconds, ACCEPT_MODE="queue_first"
        ))  # fmt: skip
        rows.append({"what": "floor"} | _under_load(
            server, "benchmarks.floor:application", requests, seconds, FLOOR_DSN=floors.dsn()
        ))  # fmt: skip
    ours = _best([row for row in rows if row["what"] == "platform"])
    floor = _best([row for row in rows if row["what"] == "floor"])
    figures["accept_share_of_floor"] = round(
        ours["requests_per_second"] / floor["requests_per_second"], 3
    )
    figures["web_process_mb"] = ours["web_process_mb"]
    figures.update(count_trips("post", json.dumps(body), service["id"]))
    return rows


def _under_load(
    server: str, application: str, requests: Requests, seconds: float, **env: str
) -> dict[str, Any]:
    """Load one web server; warm it up first."""
    port = processes.free_port()
    with processes.running(
        *web_command(server, application, port),
        log=f"{server}-{application.partition('.')[0]}",
        **env,
    ) as process:
        processes.wait_for(port)
        address = ("127.0.0.1", port)
        load.run(address, requests, concurrency=CONCURRENCY, seconds=2)
        pids = processes.family(process.pid)
        before = processes.cpu_seconds(pids)
        result = load.run(address, requests, concurrency=CONCURRENCY, seconds=seconds)
        used = processes.cpu_seconds(pids) - before
        if result.failures:
            raise SystemExit(f"{result.failures} refused: {result.first_failure}")
        return {
            "server": server,
            "requests_per_second": round(result.per_second, 1),
            "p50_ms": round(result.percentile(0.50), 2),
            "p99_ms": round(result.percentile(0.99), 2),
            "cpu_ms_per_request": round(used / result.requests * 1000, 3),
            "web_process_mb": round(max(processes.resident_mb(pid) for pid in pids[1:] or pids), 1),
        }


def _best(measurements: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the fastest."""
    return max(measurements, key=lambda each: float(each["requests_per_second"]))
