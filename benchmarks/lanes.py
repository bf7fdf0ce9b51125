"""How soon messages go out, alone and beside a large mailing, with a small platform at work."""

import contextlib
import http.client
import json
import os
import statistics
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from typing import Any

import backlog
import processes
from measured_service import VALUES, apply_config, sign
from sinks import TEXT_DELAY_MS
from web_server import web_command

RATE = 50
SECONDS_OF_LOAD = 20
SECONDS_OF_ONE = 40
MAILING_ROWS = 100_000
# Each has one request under way: together they keep the rate unless answers take 0.3 s.
CONNECTIONS = 16
POOLS = ("priority", "normal", "bulk", "receipts")
SECRETS = {name: str(uuid.uuid4()) for name in ("mailing", "quiet")}
OTHERS = """
organisations:
  - name: Benchmark
services:
""" + "".join(
    f"""
  - name: Benchmark {name}
    organisation: Benchmark
    live: true
    permissions: [sms]
    limits: {{sms: 100000000, per_minute: 100000000}}
    api_keys:
      - {{name: benchmark, type: normal, secret_env: BENCHMARK_{name.upper()}_SECRET}}
    templates:
      - name: sms
        type: sms
        content: "Hello ((name)), your appointment ((reference)) is on ((date))."
"""
    for name in SECRETS
)


def measure(service: dict[str, Any], figures: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Measure with the platform at work, then a backlog without it."""
    import django  # noqa: PLC0415 - the settings come from the environment

    django.setup()
    os.environ |= {f"BENCHMARK_{name.upper()}_SECRET": SECRETS[name] for name in SECRETS}
    others = apply_config(OTHERS)
    quiet, mailing = others["Benchmark quiet"], others["Benchmark mailing"]
    backlog.empty()
    with _platform() as port:
        busy = _Caller(port, service, os.environ["BENCHMARK_SECRET"])
        single = _Caller(port, quiet, SECRETS["quiet"])
        busy.call(rate=RATE, seconds=3)  # connections and read models are warm
        rows = [single.measure("1 a second, idle", rate=1, seconds=SECONDS_OF_ONE)]
        rows += [busy.measure(f"{RATE} a second", rate=RATE, seconds=SECONDS_OF_LOAD)]
        with _mailing(mailing) as progress:
            rows += [single.measure("1 a second, mailing", rate=1, seconds=SECONDS_OF_ONE)]
            rows += [busy.measure(f"{RATE} a second, mailing", rate=RATE, seconds=SECONDS_OF_LOAD)]
        rows.append(progress)
    idle, alone, beside, under = rows[:4]
    figures["handover_p95_ms"] = alone["p95_ms"]
    figures["mailing_p95_ms"] = under["p95_ms"]
    figures["mailing_p99_ms"] = under["p99_ms"]
    figures["quiet_p95_share"] = round(beside["p95_ms"] / idle["p95_ms"], 2)
    return {"hand-over": rows, **backlog.measure(service, figures)}


@contextlib.contextmanager
def _platform() -> Iterator[int]:
    """Run web, workers and scheduler beside an SMS provider; give the port of the API."""
    smtp_port, http_port, port = (processes.free_port() for _ in range(3))
    sinks = [sys.executable, "benchmarks/sinks.py", str(smtp_port), str(http_port)]
    manage = [sys.executable, "manage.py"]
    env = {"MMG_URL": f"http://127.0.0.1:{http_port}/mmg"}
    commands: dict[str, list[Any]] = {
        "sinks": [*sinks, str(TEXT_DELAY_MS)],
        "web": web_command("granian", "notify_project.wsgi:application", port),
        **{pool: [*manage, "run_worker", pool] for pool in POOLS},
        "scheduler": [*manage, "run_scheduler"],
    }
    with contextlib.ExitStack() as stack:
        for name, command in commands.items():
            stack.enter_context(processes.running(*command, log=f"lanes-{name}", **env))
        for each in (http_port, port):
            processes.wait_for(each)
        backlog.wait_for_workers(len(POOLS))
        yield port


class _Caller:
    """Somebody who posts texts at a steady rate and looks when they were handed over."""

    def __init__(self, port: int, service: dict[str, Any], secret: str) -> None:
        self.port, self.service, self.secret = port, service, secret
        template_id = service["templates"]["sms"]["id"]
        body = {"phone_number": "07900900123", "template_id": template_id}
        self.body = json.dumps(body | {"personalisation": VALUES})

    def measure(self, what: str, *, rate: float, seconds: float) -> dict[str, Any]:
        """Post, wait until everything is out, and return how long it took from acceptance."""
        ids, latencies = self.call(rate=rate, seconds=seconds)
        waited = backlog.seconds_to_hand_over(ids)
        return {
            "what": what,
            "messages": len(ids),
            "accepted_p95_ms": _percentile(latencies, 95),
            **{f"p{share}_ms": _percentile(waited, share) for share in (50, 95, 99)},
        }

    def call(self, *, rate: float, seconds: float) -> tuple[list[str], list[float]]:
        """Post at a rate, whatever the answers take; return ids and seconds to the answers."""
        count = round(rate * seconds)
        started = time.perf_counter()
        answers: list[tuple[str, float]] = []
        failures: list[str] = []

        def post_each(first: int) -> None:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            for number in range(first, count, CONNECTIONS):
                time.sleep(max(started + number / rate - time.perf_counter(), 0))
                began = time.perf_counter()
                connection.request("POST", "/v2/notifications/sms", self.body, self._headers())
                answer = connection.getresponse()
                text = answer.read().decode()
                if answer.status == 201:
                    answers.append((json.loads(text)["id"], time.perf_counter() - began))
                else:
                    failures.append(text)
            connection.close()

        threads = [
            threading.Thread(target=post_each, args=(first,)) for first in range(CONNECTIONS)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failures or len(answers) != count:
            raise SystemExit(f"{count - len(answers)} of {count} refused: {failures[:1]}")
        return [each for each, _ in answers], [latency for _, latency in answers]

    def _headers(self) -> dict[str, str]:
        token = sign(self.service["id"], self.secret)
        return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}


def _percentile(seconds: list[float], share: int) -> float:
    return round(statistics.quantiles(seconds, n=100, method="inclusive")[share - 1] * 1000, 1)


@contextlib.contextmanager
def _mailing(service: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Let a large mailing run during the block; its row of the table is complete at the end."""
    row: dict[str, Any] = {"what": "rows of the mailing"}
    backlog.fill("bulk", service, "sms", MAILING_ROWS)
    backlog.wake("bulk")
    time.sleep(3)  # it is under way
    before, started = backlog.waiting("bulk"), time.perf_counter()
    yield row
    left, elapsed = backlog.waiting("bulk"), time.perf_counter() - started
    if not left:
        raise SystemExit("the mailing ended before the measurement: give it more rows")
    row |= {"messages": before - left, "per_second": round((before - left) / elapsed, 1)}
