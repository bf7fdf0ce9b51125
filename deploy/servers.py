"""One PostgreSQL and one Redis in a directory: start, stop, take over what a killed run left."""

from __future__ import annotations

import contextlib
import hashlib
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg2
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from deploy.programs import Account, find_postgres, find_redis
from deploy.progress import LaunchFailed, tail_of_file

# A socket's path may have 107 bytes; PostgreSQL's is this directory and 15 more.
# Source: unix(7), sockaddr_un.
MAX_SOCKET_DIRECTORY = 80
PLAIN_PATH = re.compile(r"[\w./-]+", re.ASCII)
NOT_DURABLE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
START_SECONDS = 60
STOP_SECONDS = 30
# Each process of a parallel test run has a database number of its own.
REDIS_DATABASES = 128


class Home:
    """The directory of both servers, and the one of their sockets and logs.

    Sockets lie in a short temporary directory where the home's path is too long for one, or has
    characters that a URL would spell differently.
    """

    def __init__(self, path: Path, account: Account) -> None:
        self.path = path
        self.account = account
        self.run = path / "run"
        if len(str(self.run)) > MAX_SOCKET_DIRECTORY or not PLAIN_PATH.fullmatch(str(self.run)):
            name = hashlib.sha256(str(path).encode()).hexdigest()[:12]
            self.run = Path(tempfile.gettempdir(), f"notify-{account.uid}-{name}")
        account.own_directory(self.run)

    def owned(self, name: str) -> Path:
        """Return a directory in the home that belongs to the account of the servers."""
        path = self.path / name
        self.account.own_directory(path)
        return path

    def remove_sockets(self) -> None:
        """Remove the directory of sockets and logs."""
        shutil.rmtree(self.run, ignore_errors=True)


class Postgres:
    """A PostgreSQL server in a home, reached through its socket."""

    def __init__(self, home: Home, *, durable: bool, settings: Sequence[str] = ()) -> None:
        self.home = home
        self.durable = durable
        self.settings = settings
        self.programs = find_postgres(home.account, copies=home.path / "programs")
        self.data = home.owned("postgresql") / "data"
        self.log = home.run / "postgresql.log"
        self.url = f"postgres://postgres@/notify?host={home.run}"

    @contextmanager
    def running(self) -> Iterator[str]:
        """Start the server and give the URL of its database ``notify``.

        Raises:
            LaunchFailed: it does not start.
        """
        self.stop()
        if not self.data.exists():
            self._create()
        self._require_version()
        self._start()
        try:
            self._create_database()
            yield self.url
        finally:
            self.stop()

    def stop(self, mode: str = "") -> None:
        """Stop the server of this directory, be it ours or one that a killed run left.

        Args:
            mode: of ``pg_ctl stop``.
        """
        if (self.data / "postmaster.pid").exists():
            mode = mode or ("fast" if self.durable else "immediate")
            self._run("pg_ctl", "-D", self.data, "-m", mode, "-t", STOP_SECONDS, "-w", "stop")

    def _create(self) -> None:
        unfinished = self.data.with_name("unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        options = ["-U", "postgres", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8"]
        options += ["--no-instructions", *([] if self.durable else ["--no-sync"])]
        if self._run("initdb", *options, "-D", unfinished) != 0:
            raise LaunchFailed(f"PostgreSQL cannot make its data:\n{tail_of_file(self.log)}")
        unfinished.rename(self.data)

    def _require_version(self) -> None:
        made_by = (self.data / "PG_VERSION").read_text().strip()
        told = subprocess.run(
            [self.programs / "postgres", "--version"], capture_output=True, text=True, check=True
        ).stdout
        if not re.search(rf"\) {made_by}(\D|$)", told):
            raise LaunchFailed(
                f"{self.data} was made by PostgreSQL {made_by} and this is {told.strip()}. "
                f"Remove {self.home.path} to begin with an empty database."
            )

    def _start(self) -> None:
        settings = [f"-k {self.home.run}", "-c listen_addresses=''"]
        more = [*self.settings, *(() if self.durable else NOT_DURABLE)]
        settings += [f"-c {setting}" for setting in more]
        wait = ["-w", "-t", START_SECONDS, "-l", self.log, "-o", " ".join(settings)]
        if self._run("pg_ctl", "-D", self.data, *wait, "start") != 0:
            raise LaunchFailed(f"PostgreSQL does not start:\n{tail_of_file(self.log)}")

    def _create_database(self) -> None:
        connection = psycopg2.connect(host=str(self.home.run), user="postgres", dbname="postgres")
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = 'notify'")
                if cursor.fetchone() is None:
                    cursor.execute("CREATE DATABASE notify")
        finally:
            connection.close()

    def _run(self, program: str, *arguments: object) -> int:
        words: list[str | Path] = [self.programs / program, *map(str, arguments)]
        return self.home.account.popen(words, cwd=self.home.run, log=self.log).wait()


class Redis:
    """A Redis server in a home, reached through its socket."""

    def __init__(self, home: Home, *, durable: bool) -> None:
        self.home = home
        self.durable = durable
        self.program = find_redis(home.account, copies=home.path / "programs")
        self.data = home.owned("redis")
        self.log = home.run / "redis.log"
        self.socket = home.run / "redis.sock"

    @contextmanager
    def running(self) -> Iterator[str]:
        """Start the server and give its URL.

        Raises:
            LaunchFailed: it does not start.
        """
        self.stop()
        account = self.home.account
        process = account.popen([self.program, *self._options()], cwd=self.data, log=self.log)
        try:
            self._wait(process)
            yield f"unix://{self.socket}?db=0"
        finally:
            self.stop()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(STOP_SECONDS)
            if process.poll() is None:
                process.kill()
                process.wait()

    def stop(self) -> None:
        """Stop the server of this socket, be it ours or one that a killed run left."""
        deadline = time.monotonic() + STOP_SECONDS
        client = redis.Redis(unix_socket_path=str(self.socket), retry=Retry(NoBackoff(), 0))
        while _answers(client) and time.monotonic() < deadline:
            with contextlib.suppress(redis.RedisError):
                client.shutdown(save=False, nosave=True)
            time.sleep(0.02)
        client.close()

    def _options(self) -> list[str]:
        durable = ["--appendonly", "yes", "--appendfsync", "everysec"]
        return [
            *["--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "700"],
            *["--dir", str(self.data), "--databases", str(REDIS_DATABASES), "--save", ""],
            *["--maxmemory-policy", "noeviction", *(durable if self.durable else [])],
        ]

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        client = redis.Redis(unix_socket_path=str(self.socket), retry=Retry(NoBackoff(), 0))
        deadline = time.monotonic() + START_SECONDS
        while not _answers(client):
            if process.poll() is not None or time.monotonic() > deadline:
                raise LaunchFailed(f"Redis does not start:\n{tail_of_file(self.log)}")
            time.sleep(0.02)
        client.close()


def _answers(client: redis.Redis) -> bool:
    """Return whether a server is ready; one that still loads its data answers with an error."""
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False


def require_reachable(addresses: dict[str, str]) -> None:
    """Check the servers that the environment names.

    Raises:
        LaunchFailed: one does not answer.
    """
    if url := addresses.get("DATABASE_URL"):
        try:
            # The scheme that every version of libpq knows, whichever synonym was given.
            psycopg2.connect(f"postgresql://{url.partition('://')[2]}", connect_timeout=3).close()
        except psycopg2.Error as error:
            reason = str(error).strip().splitlines()[0]
            raise LaunchFailed(f"DATABASE_URL is set, but cannot be used: {reason}") from None
    if url := addresses.get("REDIS_URL"):
        try:
            redis.Redis.from_url(
                url, retry=Retry(NoBackoff(), 0), socket_connect_timeout=3, socket_timeout=3
            ).ping()
        except (redis.RedisError, ValueError) as error:
            raise LaunchFailed(f"REDIS_URL is set, but cannot be used: {error}") from None
