"""The whole platform as real processes, on servers of its own, for tests that break it."""

import contextlib
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import psycopg2
import redis
from notifications_python_client import NotificationsAPIClient

from deploy.embedded import throw_away_home
from deploy.processes import web_command
from deploy.programs import Account
from deploy.servers import Postgres, Redis
from deploy.supervisor import Supervisor
from notifications.tests.callbacks.certificates import certificate_for_loopback

ROOT = Path(__file__).resolve().parents[3]
START_SECONDS = 180.0
# How long a process remembers what it has read, and when every process knows what is new.
MEMORY_SECONDS = 0.5
REMEMBERED_SECONDS = MEMORY_SECONDS + 0.2
INTERNAL_API_SECRET = "end-to-end-and-at-least-32-bytes-long"
SECRETS = ("live", "test", "told", "clients", "clients_test")
MESSAGE_POOLS = ("priority", "normal", "bulk", "research")
POOLS = (*MESSAGE_POOLS, "receipts", "callbacks", "database", "jobs", "background")
# Stand-ins of text message providers, and of servers of services that are told.
TEXT_PROVIDERS = ("mmg", "firetext")
ENDPOINTS = ("library", "museum")
CONFIG = """
organisations:
  - name: End to end
services:
  - name: End to end
    organisation: End to end
    live: true
    prefix_sms: false
    permissions: [email, sms, letter]
    limits: {email: 1000000, sms: 1000000, per_minute: 1000000}
    api_keys:
      - {name: live, type: normal, secret_env: LIVE_SECRET}
      - {name: test, type: test, secret_env: TEST_SECRET}
    templates:
      - {name: email, type: email, subject: "About ((name))", content: "Dear ((name))"}
      - {name: text, type: sms, content: "Hello ((name))"}
      - {name: code, type: sms, content: "Code ((name))", process_type: priority}
      - {name: letter, type: letter, subject: "About ((name))", content: "Dear ((name))"}
  - name: Told
    organisation: End to end
    live: true
    prefix_sms: false
    permissions: [sms]
    api_keys:
      - {name: told, type: test, secret_env: TOLD_SECRET}
    templates:
      - {name: text, type: sms, content: "Hello ((name))"}
  - name: Clients
    organisation: End to end
    live: true
    prefix_sms: false
    contact_link: https://clients.example/contact
    permissions: [email, sms, letter, inbound_sms]
    sms_senders:
      - {sender: FIRST, default: true}
      - {sender: SECOND}
    reply_tos:
      - {email: first@clients.example, default: true}
      - {email: second@clients.example}
    api_keys:
      - {name: clients, type: normal, secret_env: CLIENTS_SECRET}
      - {name: clients test, type: test, secret_env: CLIENTS_TEST_SECRET}
    templates:
      - {name: text, type: sms, content: "Hello ((name))"}
      - name: email
        type: email
        subject: "About ((name))"
        content: "# Dear ((name))\\n\\n((file))"
      - {name: letter, type: letter, subject: "About ((name))", content: "Dear ((name))"}
"""


def free_port():
    """Return a loopback port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def eventually(question, *, seconds=30.0, what="it"):
    """Ask until the answer is true, and return it."""
    deadline = time.monotonic() + seconds
    while True:
        answer = question()
        if answer:
            return answer
        assert time.monotonic() < deadline, f"{what} did not happen within {seconds} s"
        time.sleep(0.05)


def _named(secrets: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that CONFIG reads secrets from."""
    return {f"{kind.upper()}_SECRET": secret for kind, secret in secrets.items()}


def _copy(source: Path, target: Path) -> None:
    """Copy the data of a server that does not run, with its owner."""
    subprocess.run(["cp", "-a", source, target], check=True)


def worker_command(pool):
    """Return the command of a worker process."""
    return [sys.executable, "manage.py", "run_worker", pool]


class Platform:
    """Servers, stand-ins of providers, web, workers and scheduler.

    Args:
        stack: ends everything.
        home: of the servers.
        directory: for logs and files.
        settings: in the environment of every process, above those of all tests.
        workers: pools with more than one process, and how many.
        postgres: settings of PostgreSQL.
        deaths_in_a_row: so many are final for a process.
        prepared: a directory of the test run, in which its first platform leaves a copy of the
            database that it has made, for those that follow.
    """

    def __init__(
        self,
        stack: contextlib.ExitStack,
        home,
        directory: Path,
        *,
        settings: Mapping[str, str] = MappingProxyType({}),
        workers: Mapping[str, int] = MappingProxyType({}),
        postgres: Sequence[str] = (),
        deaths_in_a_row: int = 5,
        prepared: Path | None = None,
    ) -> None:
        self.stack = stack
        self.workers = workers
        self.directory = directory
        self.web_port, self.http_port, self.smtp_port = free_port(), free_port(), free_port()
        self.own_ports = {name: free_port() for name in (*TEXT_PROVIDERS, *ENDPOINTS)}
        self.secrets = {kind: str(uuid.uuid4()) for kind in SECRETS}
        self.postgres = contextlib.ExitStack()
        self.redis_server = contextlib.ExitStack()
        self._postgres = Postgres(home, durable=False, settings=postgres)
        self._redis = Redis(home, durable=True)
        stack.callback(self.stop_postgres)
        stack.callback(self.stop_redis)
        self.database_url = self._postgres.url
        self.redis_url = self.start_redis()
        self.certificate = certificate_for_loopback(directory)
        self.env = self._environment() | dict(settings)
        self.services = self._prepare(prepared or directory)
        self.service = self.services["End to end"]
        self.start_postgres()
        self.supervisor = stack.enter_context(
            Supervisor(directory, self.env, ROOT, deaths_in_a_row=deaths_in_a_row)
        )
        self._start_processes()

    def _environment(self) -> dict[str, str]:
        return {
            **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
            "DJANGO_SETTINGS_MODULE": "notify_project.settings",
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "SECRET_KEY": "end-to-end",
            "ENCRYPTION_KEYS": "bm90aWZ5LXRlc3RzLW9ubHktMzItYnl0ZXMtbG9uZyE=",
            "INTERNAL_API_SECRET": INTERNAL_API_SECRET,
            "API_HOST_URL": f"http://127.0.0.1:{self.web_port}",
            "EMAIL_URL": f"smtp://127.0.0.1:{self.smtp_port}",
            "MMG_URL": f"http://127.0.0.1:{self.own_ports['mmg']}/mmg",
            "MMG_API_KEY": "mmg",
            "FIRETEXT_URL": f"http://127.0.0.1:{self.own_ports['firetext']}/firetext",
            "FIRETEXT_API_KEY": "mmg",
            "DVLA_URL": f"http://127.0.0.1:{self.http_port}/dvla",
            "DVLA_USERNAME": "notify",
            "DVLA_PASSWORD": "mmg",
            "DVLA_API_KEY": "mmg",
            "MMG_RECEIVE_PASSWORDS": "s3cret",
            "HTTP_ALLOW_PRIVATE": "true",
            "HTTP_CA_FILE": str(self.certificate[0]),
            "FILES_ROOT": str(self.directory / "files"),
            # A busy machine must not look like a Redis that is away.
            "REDIS_TIMEOUT_SECONDS": "10",
            # Short times, so that a test sees what takes minutes in production.
            "PROVIDER_TIMEOUT_SECONDS": "3",
            "DELIVERY_LEASE_SECONDS": "20",
            "DELIVERY_RETRIES": "2",
            "DELIVERY_RETRY_SECONDS": "1",
            "CALLBACK_RETRY_SECONDS": "1",
            "PERSIST_RETRY_MAX": "10",
            "PERSIST_RETRY_INTERVAL": "1",
            "WAKE_INTERVAL_SECONDS": "1",
            "READ_MODEL_SECONDS": str(MEMORY_SECONDS),
            "CALLBACK_LEASE_SECONDS": "10",
            **_named(self.secrets),
        }

    def _prepare(self, prepared: Path) -> dict[str, dict]:
        """Make the database, unless one can be copied, and return its services."""
        copy, told = prepared / "data", prepared / "services.json"
        with (prepared / "lock").open("w") as lock:
            # To wait for another platform that makes it is quicker than to make it as well.
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not told.exists():
                applied = self._make_database()
                _copy(self._postgres.data, copy)
                told.write_text(json.dumps({"services": applied, "secrets": self.secrets}))
            else:
                _copy(copy, self._postgres.data)
        kept = json.loads(told.read_text())
        self.env |= _named(kept["secrets"])
        self.secrets = kept["secrets"]
        return kept["services"]

    def _make_database(self) -> dict[str, dict]:
        self.start_postgres()
        # Tests stop it as a crash does: what it has confirmed must be there afterwards.
        self.sql("ALTER DATABASE notify SET synchronous_commit = on")
        self.manage("migrate", "-v0")
        config = self.directory / "config.yaml"
        config.write_text(CONFIG)
        applied = json.loads(self.manage("apply_config", str(config), "--json"))
        self.stop_postgres("fast")
        return applied["services"]

    def _start_processes(self) -> None:
        start = self.supervisor.start
        stubs = ["--http-port", self.http_port, "--smtp-port", self.smtp_port, "--api-key", "mmg"]
        stubs += ["--receipts-to", self.api_url, "--certificate", *self.certificate]
        for name, port in self.own_ports.items():
            stubs += ["--endpoint" if name in ENDPOINTS else "--own-port", f"{name}={port}"]
        start("stubs", [sys.executable, "-m", "deploy.stubs", *map(str, stubs)])
        start("web", web_command(host="127.0.0.1", port=self.web_port, workers=2))
        for name, pool in self.pools().items():
            start(name, worker_command(pool))
        start("scheduler", [sys.executable, "manage.py", "run_scheduler"])
        # A dozen processes start at once, on a machine that may be busy with others.
        for question, what in (
            (lambda: self.get("/_status")[0] == 200, "an answer of the web server"),
            (lambda: self.received() is not None, "an answer of the stand-ins"),
        ):
            eventually(question, seconds=START_SECONDS, what=what)

    def pools(self) -> dict[str, str]:
        """Return the name of each worker process and its pool."""
        return {
            pool if number == 1 else f"{pool}-{number}": pool
            for pool in POOLS
            for number in range(1, self.workers.get(pool, 1) + 1)
        }

    def start_postgres(self) -> str:
        """Start PostgreSQL and return its URL."""
        return self.postgres.enter_context(self._postgres.running())

    def stop_postgres(self, mode: str = "") -> None:
        """Stop PostgreSQL, in a mode of ``pg_ctl`` if one is given; its data stays."""
        if mode:
            self._postgres.stop(mode)
        self.postgres.pop_all().close()

    def start_redis(self) -> str:
        """Start Redis and return its URL."""
        return self.redis_server.enter_context(self._redis.running())

    def stop_redis(self) -> None:
        """Stop Redis."""
        self.redis_server.pop_all().close()

    @property
    def redis(self) -> redis.Redis:
        """Return a connection."""
        return redis.Redis.from_url(self.redis_url)

    def sql(self, statement: str, *values: object) -> list[tuple]:
        """Run a statement and return its rows."""
        url = self.database_url
        host = url.partition("host=")[2]
        connection = psycopg2.connect(dbname="notify", user="postgres", host=host)
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(statement, values)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def manage(self, *arguments: str) -> str:
        """Run a management command and return what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    @property
    def api_url(self) -> str:
        """Return where the API is."""
        return f"http://127.0.0.1:{self.web_port}"

    def api_key(self, kind: str, service: str = "End to end") -> str:
        """Return an API key as a service would paste it."""
        return f"{kind}-{self.services[service]['id']}-{self.secrets[kind]}"

    def client(self, kind: str = "live", service: str = "End to end") -> NotificationsAPIClient:
        """Return the official client with a key of a service."""
        return NotificationsAPIClient(self.api_key(kind, service), base_url=self.api_url)

    def template(self, name: str, service: str = "End to end") -> str:
        """Return the id of a template."""
        return self.services[service]["templates"][name]["id"]

    def get(self, path: str, port: int | None = None) -> tuple[int, bytes]:
        """GET a page without credentials; status 0 when nobody answers."""
        try:
            with urllib.request.urlopen(
                f"http://127.0.0.1:{port or self.web_port}{path}", timeout=5
            ) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()
        except OSError:
            return 0, b""

    def endpoint(self, name: str) -> str:
        """Return the address of the stand-in of a service's own server."""
        return f"https://127.0.0.1:{self.own_ports[name]}/{name}"

    def received(self) -> dict | None:
        """Return what the stand-ins have received."""
        status, body = self.get("/received.json", self.http_port)
        return json.loads(body) if status == 200 else None

    def control(self, **orders: object) -> None:
        """Tell the stand-ins how to behave."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.http_port}/control",
            data=json.dumps(orders).encode(),
            headers={"Content-Type": "application/json"},
        )
        urllib.request.urlopen(request, timeout=5).close()

    def begin_anew(self) -> None:
        """Let the stand-ins take everything and have received nothing."""
        self.control(anew=True, clear=True)

    def kill(self, name: str) -> None:
        """End a process as a crash would; the supervisor starts it again."""
        os.kill(self.supervisor.pids()[name], signal.SIGKILL)

    def pause(self, name: str) -> None:
        """Let a process do nothing until it is resumed."""
        os.kill(self.supervisor.pids()[name], signal.SIGSTOP)

    def resume(self, name: str) -> None:
        """Let a paused process go on."""
        os.kill(self.supervisor.pids()[name], signal.SIGCONT)

    def status_of(self, notification_id: str) -> str:
        """Return the stored status."""
        rows = self.sql(
            "SELECT notification_status FROM notifications WHERE id = %s", notification_id
        )
        return rows[0][0]

    def await_status(self, notification_id: str, *statuses: str, seconds: float = 30.0) -> str:
        """Wait until a notification has one of the statuses."""
        return eventually(
            lambda: (found := self.status_of(notification_id)) in statuses and found,
            seconds=seconds,
            what=f"status {' or '.join(statuses)}",
        )

    def logs(self) -> str:
        """Return what all processes have logged."""
        return "".join(
            path.read_text(errors="replace") for path in (self.directory / "log").glob("*.log")
        )


def prepared_for_all(tmp_path_factory) -> Path:
    """Return a directory that the platforms of all processes of this test run share."""
    base = tmp_path_factory.getbasetemp()
    path = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "prepared"
    path.mkdir(exist_ok=True)
    return path


@contextlib.contextmanager
def running(directory: Path, kind=Platform, **options):
    """Give a platform that runs until the block ends."""
    with contextlib.ExitStack() as stack:
        home = stack.enter_context(throw_away_home(Account.choose()))
        yield kind(stack, home, directory, **options)
