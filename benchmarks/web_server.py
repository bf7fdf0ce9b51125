"""Web servers with the platform, and the requests that they are loaded with."""

import json
import subprocess
import sys
import time
from pathlib import Path

from measured_service import ROOT, sign

BIN = Path(sys.executable).parent
WEB_PROCESSES = 2
CONCURRENCY = 16


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


def count_trips(kind: str, what: str, service_id: str) -> dict[str, float]:
    """Count what a warm request asks of PostgreSQL and Redis."""
    counted = subprocess.run(
        [sys.executable, "-m", "benchmarks.trips", kind, what, sign(service_id)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if counted.returncode:
        raise SystemExit(f"trips.py: {counted.stderr[-800:]}")
    return dict(json.loads(counted.stdout))
