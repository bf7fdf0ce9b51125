"""The service whose messages are measured: what it has, and how its callers sign."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
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


def provision() -> dict[str, Any]:
    """Create the schema and the benchmark's service; return what apply_config printed of it."""
    _manage("migrate", "--verbosity", "0")
    return dict(apply_config(CONFIG)["Benchmark"])


def apply_config(config: str) -> dict[str, Any]:
    """Create what a configuration declares; return its services by their names."""
    path = ROOT / ".local" / "benchmark.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(config)
    return dict(json.loads(_manage("apply_config", str(path), "--json"))["services"])


def _manage(*arguments: str) -> str:
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


def sign(service_id: str, secret: str = "") -> str:
    """Return a fresh token."""
    import jwt  # noqa: PLC0415

    return jwt.encode(
        {"iss": service_id, "iat": int(time.time())},
        secret or os.environ["BENCHMARK_SECRET"],
        "HS256",
    )
