"""Measure every part of the platform that has a budget, on this machine.

Needs DATABASE_URL and REDIS_URL of servers that may be filled and thrown away (`make bench`
starts such servers), but for content. Prints a table and writes benchmarks/results/<time>.json.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(Path(__file__).resolve().parent)]

import load  # noqa: E402
import pdf_letters  # noqa: E402
import processes  # noqa: E402
import rendering  # noqa: E402
import report  # noqa: E402
import spreadsheets  # noqa: E402

BIN = Path(sys.executable).parent
PARTS = [
    *("content", "accept", "deliver", "lanes", "jobs"),
    *("read", "lists", "callbacks", "retention", "statistics", "billing", "letters", "admin"),
]
# They fill the database with much: each is asked for by its name.
APART = {"admin"}
CONCURRENCY = 16
WEB_PROCESSES = 2
EMAILS = 5000
TEXTS = 1000
TEXT_DELAY_MS = 100
# Always the same, so that a database may be measured again.
API_KEY_SECRET = "7e3f4b0a-52c6-4f0e-9d7b-1c8a5d2e6f90"  # noqa: S105 - of no real service
CONFIG = """
organisations:
  - name: Benchmark
services:
  - name: Benchmark
    organisation: Benchmark
    live: true
    prefix_sms: true
    permissions: [email, sms, letter]
    limits: {email: 100000000, sms: 100000000, per_minute: 100000000}
    api_keys:
      - {name: benchmark, type: normal, secret_env: BENCHMARK_SECRET}
    templates:
      - name: email
        type: email
        subject: "Your application ((reference))"
        content: |
          Dear ((name)),

          # Your application

          We have received your application ((reference)) of ((date)).

          * bring ((document))
          * come to ((place)) ten minutes early

          Read more at https://example.org/help before you come.
      - name: sms
        type: sms
        content: "Hello ((name)), your appointment ((reference)) is on ((date))."
      - {name: letter, type: letter, subject: "Your application", content: "Dear ((name))"}
"""
VALUES = {
    "name": "Amala Bird",
    "reference": "A-1234567",
    "date": "1 January 2027",
    "document": "your passport",
    "place": "1 High Street",
}


def web_command(server: str, application: str, port: int) -> list[str | Path]:
    """Return the command of a web server with two processes."""
    if server == "granian":
        return [
            BIN / "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
            "--workers", str(WEB_PROCESSES), "--blocking-threads", "1", "--no-ws",
            "--log-level", "warning", application,
        ]  # fmt: skip
    return [
        BIN / "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", str(WEB_PROCESSES),
        "--keep-alive", "5", "--worker-class", "gthread", "--threads", "8", application,
    ]  # fmt: skip


def sign(service_id: str, secret: str = "") -> str:
    """Return a fresh token."""
    import jwt  # noqa: PLC0415

    return jwt.encode(
        {"iss": service_id, "iat": int(time.time())},
        secret or os.environ["BENCHMARK_SECRET"],
        "HS256",
    )


class Requests:
    """Makes the bytes of POSTs, with a token that is renewed before it is stale."""

    def __init__(self, service_id: str, body: bytes) -> None:
        self.service_id, self.body = service_id, body
        self.bytes, self.signed_at = b"", 0.0

    def __call__(self) -> bytes:
        """Return the next request."""
        if time.time() - self.signed_at > 10:
            self.signed_at = time.time()
            self.bytes = (
                b"POST /v2/notifications/email HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                b"Authorization: Bearer %s\r\nContent-Type: application/json\r\n"
                b"Content-Length: %d\r\n\r\n%s"
                % (sign(self.service_id).encode(), len(self.body), self.body)
            )
        return self.bytes


def measure_accept(
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


def provision() -> dict[str, Any]:
    """Create the schema and the benchmark's service; return what apply_config printed."""
    manage("migrate", "--verbosity", "0")
    path = ROOT / ".local" / "benchmark.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(CONFIG)
    return dict(json.loads(manage("apply_config", str(path), "--json"))["services"]["Benchmark"])


def manage(*arguments: str) -> str:
    """Run a management command and return what it printed."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"manage.py {arguments[0]}: {done.stderr[-800:]}")
    return done.stdout


def best(measurements: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the fastest."""
    return max(measurements, key=lambda each: float(each["requests_per_second"]))


def prepare_environment() -> None:
    """Set what the platform needs; the servers' addresses come from outside."""
    missing = [name for name in ("DATABASE_URL", "REDIS_URL") if not os.environ.get(name)]
    if missing:
        raise SystemExit(f"Set {' and '.join(missing)}, or run `make bench`, which starts servers.")
    os.environ.update(
        DJANGO_SETTINGS_MODULE="notify_project.settings",
        SECRET_KEY="benchmark",  # noqa: S106 - thrown away with the servers
        ENCRYPTION_KEYS="bm90aWZ5LXRlc3RzLW9ubHktMzItYnl0ZXMtbG9uZyE=",
        INTERNAL_API_SECRET="benchmark, and at least 32 bytes long",  # noqa: S106
        # Pages are asked for by somebody who came by no page of signing in.
        ADMIN_TWO_FACTOR="optional",
        BENCHMARK_SECRET=API_KEY_SECRET,
        HTTP_ALLOW_PRIVATE="true",
        MMG_API_KEY="benchmark",
        LOG_LEVEL="WARNING",
        DEBUG="false",
    )


def main() -> None:
    """Run all parts and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10, help="of load for each web server")
    parser.add_argument("--only", choices=PARTS, help="one part")
    parser.add_argument("--check", action="store_true", help="exit 1 when over a budget")
    options = parser.parse_args()
    parts = [options.only] if options.only else [part for part in PARTS if part not in APART]
    figures: dict[str, Any] = {}
    tables: dict[str, list[dict[str, Any]]] = {}
    if "content" in parts:
        tables["content"] = rendering.measure(figures)
        tables["PDF letters"] = pdf_letters.measure(figures)
        tables["files of recipients"] = spreadsheets.measure(figures)
    if parts != ["content"]:
        on_servers(parts, options.seconds, figures, tables)
    if not report.write(figures, tables) and (options.check or options.only in APART):
        raise SystemExit(1)


def on_servers(
    parts: list[str],
    seconds: float,
    figures: dict[str, Any],
    tables: dict[str, list[dict[str, Any]]],
) -> None:
    """Measure what needs a database."""
    prepare_environment()
    import billing_usage  # noqa: PLC0415 - after the environment is set
    import calling  # noqa: PLC0415 - after the environment is set
    import counting  # noqa: PLC0415 - after the environment is set
    import delivering  # noqa: PLC0415 - after the environment is set
    import floors  # noqa: PLC0415
    import lanes  # noqa: PLC0415
    import listing  # noqa: PLC0415
    import loaded  # noqa: PLC0415
    import mailing  # noqa: PLC0415
    import printing  # noqa: PLC0415
    import reading  # noqa: PLC0415
    import retention  # noqa: PLC0415

    service = provision()
    if "accept" in parts:
        tables["accept"] = accepting(service, seconds, floors, figures)
    if "lanes" in parts:
        tables |= lanes.measure(service, figures)
    measures = {
        "deliver": delivering,
        "jobs": mailing,
        "read": reading,
        "lists": listing,
        "callbacks": calling,
        "retention": retention,
        "statistics": counting,
        "billing": billing_usage,
        "letters": printing,
        "admin": loaded,
    }
    for part, module in measures.items():
        if part in parts:
            tables[part] = module.measure(service, figures)


def accepting(
    service: dict[str, Any], seconds: float, floors: Any, figures: dict[str, Any]
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
        rows.append({"what": "platform"} | measure_accept(
            server, "notify_project.wsgi:application", requests, seconds
        ))  # fmt: skip
        rows.append({"what": "queue first"} | measure_accept(
            server, "notify_project.wsgi:application", requests, seconds, ACCEPT_MODE="queue_first"
        ))  # fmt: skip
        rows.append({"what": "floor"} | measure_accept(
            server, "benchmarks.floor:application", requests, seconds, FLOOR_DSN=floors.dsn()
        ))  # fmt: skip
    ours = best([row for row in rows if row["what"] == "platform"])
    floor = best([row for row in rows if row["what"] == "floor"])
    figures["accept_share_of_floor"] = round(
        ours["requests_per_second"] / floor["requests_per_second"], 3
    )
    figures["web_process_mb"] = ours["web_process_mb"]
    figures.update(count_trips("post", json.dumps(body), service["id"]))
    return rows


def count_trips(kind: str, what: str, service_id: str) -> dict[str, float]:
    """Count what a warm request asks of PostgreSQL and Redis."""
    counted = subprocess.run(
        [sys.executable, "-m", "benchmarks.trips", kind, what, sign(service_id)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if counted.returncode:
        raise SystemExit(f"trips.py: {counted.stderr[-800:]}")
    return dict(json.loads(counted.stdout))


if __name__ == "__main__":
    main()
