"""The platform that is broken on purpose, and the accounts that are kept meanwhile."""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from datetime import datetime
from pathlib import Path

import psycopg2

from deploy.processes import web_command
from notify_project.tests.end_to_end.platform import (
    REMEMBERED_SECONDS,
    Platform,
    eventually,
    running,
)
from notify_project.tests.torture import crashing
from notify_project.tests.torture.ledger import Event, Said, Seen, Stored, Told, Verdict, compare
from notify_project.tests.torture.moved import offset

# A pool -> the lane whose messages it hands over.
LANES = {
    "priority": "priority",
    "normal": "normal",
    "bulk": "bulk",
    "research": "research-mode",
}
ALL_LANES = frozenset(LANES.values())
PROVIDER_TIMEOUT_SECONDS = 2
# Short times, so that minutes show what takes hours in production.
SETTINGS = {
    "DJANGO_SETTINGS_MODULE": "notify_project.tests.torture.settings",
    "PROVIDER_TIMEOUT_SECONDS": str(PROVIDER_TIMEOUT_SECONDS),
    "DELIVERY_LEASE_SECONDS": "18",
    "DELIVERY_RETRIES": "20",
    "RECEIPT_RETRY_SECONDS": "5",
    "PERSIST_RETRY_MAX": "60",
    "REDIS_TIMEOUT_SECONDS": "2",
    "JOB_REPAIR_AFTER_SECONDS": "12",
}
POSTGRES = ("max_connections=60", "superuser_reserved_connections=3")
CRASHING = ["-m", "notify_project.tests.torture.crashing"]
CRASHING_WSGI = "notify_project.tests.torture.crashing_wsgi:application"
DEFAULT_MODE = "persist_first"


class World(Platform):
    """A platform with two workers for most messages, and a memory of what was done to it."""

    def __init__(
        self, stack, home, directory: Path, *, seed: int = 1, ahead: float = 0.0, **options
    ) -> None:
        self.crashes = directory / "crashes"
        self.crashes.mkdir()
        super().__init__(
            stack,
            home,
            directory,
            settings=SETTINGS | offset.environment(ahead) | {crashing.DIRECTORY: str(self.crashes)},
            workers={"normal": 2, "jobs": 2},
            postgres=POSTGRES,
            deaths_in_a_row=100_000,
            **options,
        )
        self.seed = seed
        self.ahead = ahead
        self.random = random.Random(seed)
        self.told: list[Told] = []
        self.events: list[Event] = []
        self.batch = ""
        self._batches = 0
        self._before: set[str] = set()
        self._mode = DEFAULT_MODE
        self._lock = threading.Lock()

    def begin_anew(self) -> None:
        """Let the stand-ins take everything, and forget what was told, seen and done."""
        super().begin_anew()
        self._batches += 1
        self.batch = f"batch-{self._batches}-"
        self.random = random.Random(f"{self.seed} {self._batches}")
        self.told, self.events = [], []
        self._before = {
            str(row[0])
            for row in self.sql(
                "SELECT id FROM notifications UNION SELECT id FROM notification_history"
            )
        }

    def now(self) -> datetime:
        """Return what the platform's clock shows; that of the database shows something else."""
        return offset.moved_clock(self.ahead)()

    def set_accept_mode(self, mode: str) -> None:
        """Change how messages are accepted, and wait until every process knows."""
        if mode != self._mode:
            self.manage("set_accept_mode", mode)
            time.sleep(REMEMBERED_SECONDS)
            self._mode = mode

    def note(self, what: str, subject: str = "", *, lanes=frozenset()) -> Event:
        """Write down what is done to the platform.

        Args:
            what: in words of the report.
            subject: to which process or server.
            lanes: whose messages may be handed over again because of it.
        """
        now = time.time()
        event = Event(what, subject, now, now, frozenset(lanes))
        with self._lock:
            self.events.append(event)
        return event

    @contextlib.contextmanager
    def lasting(self, what: str, subject: str = "", *, lanes=frozenset()):
        """Write down what lasts as long as the block."""
        event = self.note(what, subject, lanes=lanes)
        event.until = float("inf")
        try:
            yield event
        finally:
            event.until = time.time()

    def kill(self, name: str) -> None:
        """End a process as a crash would; what it was handing over may be sent again."""
        lane = LANES.get(self.pools().get(name, ""))
        self.note("kill -9", name, lanes={lane} if lane else ())
        super().kill(name)

    def kill_a_web_process(self) -> None:
        """End one of the processes that answer requests, as a crash would."""
        if processes := self.web_processes():
            self.note("kill -9", "one of web")
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.random.choice(processes), signal.SIGKILL)

    def web_processes(self) -> list[int]:
        """Return the processes that answer requests."""
        server = self.supervisor.pids().get("web")
        if server is None:
            return []
        found = subprocess.run(
            ["pgrep", "-P", str(server), "-f", "granian"],
            capture_output=True,
            text=True,
            check=False,
        )
        return [int(line) for line in found.stdout.split()]

    def flush(self) -> None:
        """Empty Redis."""
        self.note("Redis emptied")
        self.redis.flushall()
        self._mode = DEFAULT_MODE

    def connect(self, **options):
        """Return a connection to the database."""
        host = self.database_url.partition("host=")[2]
        return psycopg2.connect(dbname="notify", user="postgres", host=host, **options)

    def administer(self, *statements: str) -> None:
        """Run statements that may not be in a transaction, whatever is broken."""
        connection = self.connect()
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                for statement in statements:
                    cursor.execute(statement)
        finally:
            connection.close()

    @contextlib.contextmanager
    def crashing(self, *names: str):
        """Run processes with the points at which they kill themselves, until the block ends."""
        for name in names:
            self._swap(name, crashing=True)
        try:
            yield
        finally:
            for name in names:
                self._swap(name, crashing=False)

    def _swap(self, name: str, *, crashing: bool) -> None:
        before = self.supervisor.pids().get(name)
        self.supervisor.replace(name, self._command(name, crashing=crashing))
        eventually(
            lambda: self.supervisor.pids().get(name, before) != before,
            seconds=60,
            what=f"another {name}",
        )
        if name == "web":
            eventually(lambda: self.get("/_status")[0] == 200, what="an answer of the web server")

    def _command(self, name: str, *, crashing: bool) -> list[str]:
        if name == "web":
            command = web_command(host="127.0.0.1", port=self.web_port, workers=2)
            return [*command[:-1], CRASHING_WSGI] if crashing else command
        words = ["run_scheduler"] if name == "scheduler" else ["run_worker", self.pools()[name]]
        return [sys.executable, *(CRASHING if crashing else ["manage.py"]), *words]

    def _note_deaths(self) -> None:
        for death in crashing.deaths(self.crashes):
            lane = LANES.get(death["who"])
            lanes = frozenset({lane} if lane else ())
            at = death["at"]
            self.events.append(Event(f"killed: {death['point']}", death["who"], at, at, lanes))
        (self.crashes / crashing.DEATHS).unlink(missing_ok=True)

    def is_running(self, name: str) -> bool:
        """Say whether a process is there just now."""
        return name in self.supervisor.pids()

    def tell(self, told: Told) -> None:
        """Write down what a client was told."""
        with self._lock:
            self.told.append(told)

    def journal(self) -> list[Seen]:
        """Return what the stand-ins got since the beginning."""
        status, body = self.get("/journal.json", self.http_port)
        assert status == 200, "the stand-ins do not answer"
        return [
            Seen(
                # A mail has our id and the number of the attempt in its Message-ID.
                id=entry["message"].strip("<>").partition(".")[0],
                at=entry["at"],
                said=Said(entry["answer"]),
                answered_at=entry["answered_at"],
                taken=entry["taken"],
            )
            for entry in json.loads(body)
            # Of letters there is an account of their own.
            if entry["stand_in"] != "dvla"
        ]

    def stored(self) -> list[Stored]:
        """Return the messages of the run as the tables have them."""
        shared = [
            row[0]
            for row in self.sql(
                "SELECT column_name FROM information_schema.columns "
                "WHERE table_name = 'notification_history'"
            )
        ]
        differs = " OR ".join(f"n.{name} IS DISTINCT FROM h.{name}" for name in shared)
        rows = self.sql(
            "SELECT n.id::text, n.client_reference, n.lane, "
            "n.notification_status, n.delivery_attempts, n.failure_reason, "
            f"CASE WHEN n.is_real THEN NOT (h.id IS NULL OR {differs}) ELSE h.id IS NULL END "
            "FROM notifications n LEFT JOIN notification_history h USING (id) "
            "WHERE n.notification_type IN ('sms', 'email')"
        )
        return [
            Stored(key, reference, lane, *rest)
            for key, reference, lane, *rest in rows
            if key not in self._before
        ]

    def verdict(self) -> Verdict:
        """Set what was told, seen and stored against each other."""
        self._note_deaths()
        return compare(
            self.told,
            self.journal(),
            self.stored(),
            self.events,
            patience=PROVIDER_TIMEOUT_SECONDS,
        )


@contextlib.contextmanager
def a_world(
    directory: Path, *, seed: int, clock: datetime | None = None, prepared: Path | None = None
):
    """Give a world that lasts until the block ends.

    Args:
        directory: for logs and files.
        seed: of what happens at random.
        clock: what the clock of every process shows at the beginning; the right time if None.
        prepared: as that of a platform.
    """
    ahead = offset.offset_to(clock) if clock else 0.0
    with running(directory, World, seed=seed, ahead=ahead, prepared=prepared) as world:
        yield world
