"""The launcher: environment, servers, supervisor."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import jwt
import psycopg2
import pytest
import redis

from deploy import demo_env, embedded, manage, processes
from deploy.make_token import make_token
from deploy.process_groups import group_exists, start_time
from deploy.programs import Account
from deploy.progress import LaunchFailed
from deploy.servers import MAX_SOCKET_DIRECTORY, Home, Postgres, Redis
from deploy.supervisor import Supervisor, end_left_over
from deploy.test import Checks

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def no_servers(monkeypatch):
    """Forget the servers of this test run: the tests here start their own."""
    for name in embedded.VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def open_directory():
    """Give a directory that the account of root's servers can pass through."""
    path = Path(tempfile.mkdtemp(prefix="notify test "))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


def wait_until(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def first_line(process):
    assert process.stdout
    return process.stdout.readline()


def query(url, statement):
    connection = psycopg2.connect(url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else None
    finally:
        connection.close()


def directory_of(addresses):
    return Path(parse_qs(urlsplit(addresses["DATABASE_URL"]).query)["host"][0])


# --- Servers ---


def test_throw_away_servers_work_and_leave_nothing(no_servers):
    with embedded.throw_away() as addresses:
        answer = query(addresses["DATABASE_URL"], "SELECT current_database()")
        with redis.Redis.from_url(addresses["REDIS_URL"]) as client:
            pong = client.ping()
        home = directory_of(addresses).parent

    assert answer == [("notify",)]
    assert pong
    assert not home.exists()


def test_servers_of_a_killed_run_are_removed_by_the_next(no_servers):
    script = (
        "import json, time\nfrom deploy import embedded\n"
        "with embedded.throw_away() as addresses:\n"
        "    print(json.dumps(addresses), flush=True)\n    time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE) as run:
        addresses = json.loads(first_line(run))
        run.kill()
    assert query(addresses["DATABASE_URL"], "SELECT 1") == [(1,)]

    with embedded.throw_away():
        pass

    assert not directory_of(addresses).parent.exists()
    with pytest.raises(psycopg2.OperationalError):
        query(addresses["DATABASE_URL"], "SELECT 1")


def test_servers_keep_their_data_in_a_path_with_a_space(open_directory):
    home = Home(open_directory, Account.choose())
    with Postgres(home, durable=True).running() as url:
        query(url, "CREATE TABLE kept AS SELECT 7 AS number")
    with Redis(home, durable=True).running() as url, redis.Redis.from_url(url) as client:
        client.set("kept", "7")

    with Postgres(home, durable=True).running() as url:
        number = query(url, "SELECT number FROM kept")
    with Redis(home, durable=True).running() as url, redis.Redis.from_url(url) as client:
        value = client.get("kept")

    assert number == [(7,)]
    assert value == b"7"
    home.remove_sockets()


def test_a_long_path_gets_its_sockets_elsewhere(open_directory):
    path = open_directory / ("x" * MAX_SOCKET_DIRECTORY)
    path.mkdir()

    home = Home(path, Account.choose())

    assert len(str(home.run)) <= MAX_SOCKET_DIRECTORY
    assert home.run.stat().st_mode & 0o777 == 0o700
    home.remove_sockets()


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("DATABASE_URL", "postgres://notify:secret-word@127.0.0.1:1/notify"),
        ("REDIS_URL", "redis://:secret-word@127.0.0.1:1/0"),
    ],
)
def test_an_address_that_does_not_answer_is_named_without_its_password(
    no_servers, monkeypatch, name, url
):
    monkeypatch.setenv(name, url)

    with pytest.raises(LaunchFailed, match=f"^{name} is set") as caught, embedded.throw_away():
        pass

    assert "secret-word" not in str(caught.value)


def test_a_port_in_use_is_named_with_the_remedy():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(LaunchFailed) as caught:
            processes.require_free(port, how="make demo PORT=7011")

    assert str(caught.value) == f"Port {port} is in use. Choose another: make demo PORT=7011"


@pytest.mark.parametrize("port", [0, 65_536, 80_000, -1])
def test_a_port_that_there_is_not_is_said_in_a_sentence(port):
    with pytest.raises(LaunchFailed) as caught:
        processes.require_free(port, how="make demo PORT=7011")

    assert str(caught.value) == (
        f"There is no port {port}: the last is 65535. Try: make demo PORT=7011"
    )


# --- Environment and secrets ---


def test_an_environment_is_made_once_in_a_path_with_a_space(tmp_path):
    checkout = tmp_path / "a checkout"
    shutil.copytree(
        ROOT / "deploy", checkout / "deploy", ignore=shutil.ignore_patterns("__pycache__")
    )
    (checkout / "requirements").mkdir()
    for name in ("base.txt", "demo.txt", "dev.txt"):
        (checkout / "requirements" / name).touch()
    (checkout / "hello.py").write_text("import sys; print(sys.prefix)")
    command = [sys.executable, "-m", "deploy.environment", "demo", "hello"]

    first = subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=True)
    second = subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=True)

    assert first.stdout.splitlines()[-1] == str(checkout / ".venv")
    assert "environment: new" in first.stdout
    assert second.stdout == f"{checkout / '.venv'}\n"


def test_secrets_are_made_once_and_kept_from_others(tmp_path, monkeypatch):
    monkeypatch.setattr(demo_env, "PATH", tmp_path / "demo.env")

    made = demo_env.load_secrets(database=None)
    again = demo_env.load_secrets(database=tmp_path)

    assert made == again
    assert demo_env.PATH.stat().st_mode & 0o777 == 0o600


def test_a_database_without_its_secrets_is_not_touched(tmp_path, monkeypatch):
    monkeypatch.setattr(demo_env, "PATH", tmp_path / "demo.env")

    with pytest.raises(LaunchFailed, match=r"is gone\. Put it back, or remove"):
        demo_env.load_secrets(database=tmp_path)

    assert not demo_env.PATH.exists()


def test_a_command_finds_the_settings_of_the_demo_while_it_runs(tmp_path):
    path = tmp_path / "running.json"

    with manage.published({"SECRET_KEY": "word"}, path=path):
        settings = manage.running_settings(path=path)
        mode = path.stat().st_mode & 0o777

    assert (settings, mode) == ({"SECRET_KEY": "word"}, 0o600)
    with pytest.raises(LaunchFailed, match="does not run in this checkout"):
        manage.running_settings(path=path)


def test_the_settings_of_a_killed_demo_are_not_taken(tmp_path):
    path = tmp_path / "running.json"
    path.write_text(json.dumps({"pid": os.getpid(), "started": "0", "settings": {}}))

    with pytest.raises(LaunchFailed, match="does not run in this checkout"):
        manage.running_settings(path=path)


def test_a_token_is_signed_for_the_service_of_the_key():
    service_id, secret = (
        "d" * 8 + "-1111-4111-8111-" + "d" * 12,
        "e" * 8 + "-1111-4111-8111-" + "e" * 12,
    )

    token = make_token(f"a key-{service_id}-{secret}")

    assert jwt.decode(token, secret, algorithms=["HS256"])["iss"] == service_id


# --- Supervisor ---


SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
PARENT = [
    sys.executable,
    "-c",
    "import subprocess, sys; print(subprocess.Popen(['sleep', '60']).pid, flush=True)\n"
    "import time; time.sleep(60)",
]


def test_a_killed_process_is_started_again(tmp_path, capsys):
    with Supervisor(tmp_path, os.environ, ROOT) as supervisor:
        supervisor.start("sleeper", SLEEP)
        killed = supervisor.pids()["sleeper"]

        os.kill(killed, signal.SIGKILL)

        wait_until(lambda: supervisor.pids().get("sleeper", killed) != killed)
    assert capsys.readouterr().out == "sleeper ended with code -9; starting it again.\n"


def test_a_process_gives_way_to_another_command(tmp_path):
    script = "print('instead', flush=True); import time; time.sleep(60)"
    with Supervisor(tmp_path, os.environ, ROOT) as supervisor:
        supervisor.start("sleeper", SLEEP)

        supervisor.replace("sleeper", [sys.executable, "-c", script])

        wait_until(lambda: (tmp_path / "log" / "sleeper.log").read_text() == "instead\n")


def test_a_process_ends_with_the_processes_it_started(tmp_path):
    log = tmp_path / "log" / "parent.log"
    with Supervisor(tmp_path, os.environ, ROOT) as supervisor:
        supervisor.start("parent", PARENT)
        group = supervisor.pids()["parent"]
        wait_until(log.read_text)

    assert not group_exists(group)
    assert not (tmp_path / "processes.json").exists()


def test_a_process_that_cannot_live_is_given_up_with_its_last_words(tmp_path):
    with Supervisor(tmp_path, os.environ, ROOT) as supervisor:
        supervisor.start("broken", [sys.executable, "-c", "raise SystemExit('no such table')"])

        gave_up = supervisor.wait(15)

    assert gave_up
    assert "broken died 5 times in a row" in supervisor.failure
    assert "no such table" in supervisor.failure


def test_processes_of_a_killed_launcher_are_ended_by_the_next(tmp_path):
    script = (
        "import os, pathlib, sys, time\nfrom deploy.supervisor import Supervisor\n"
        "with Supervisor(pathlib.Path(sys.argv[1]), os.environ, pathlib.Path.cwd()) as one:\n"
        f"    one.start('parent', {PARENT})\n"
        "    print(one.pids()['parent'], flush=True)\n    time.sleep(60)\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as launcher:
        group = int(first_line(launcher))
        launcher.kill()
    wait_until((tmp_path / "log" / "parent.log").read_text)
    os.kill(group, signal.SIGKILL)
    assert group_exists(group)

    end_left_over(tmp_path)

    wait_until(lambda: not group_exists(group))


def test_a_process_that_is_not_ours_is_left_alone(tmp_path):
    with subprocess.Popen(SLEEP, start_new_session=True) as other:
        listed = [{"pid": other.pid, "started": start_time(other.pid) + "0"}]
        (tmp_path / "processes.json").write_text(json.dumps(listed))

        end_left_over(tmp_path)

        assert other.poll() is None
        other.kill()


# --- Checks ---


def test_checks_run_beside_each_other_and_all_that_fail_are_named(tmp_path, capfd):
    meet = (
        "import pathlib, sys, time\nmine, other = map(pathlib.Path, sys.argv[1:])\nmine.touch()\n"
        "end = time.monotonic() + 20\n"
        "while not other.exists(): time.sleep(0.02); assert time.monotonic() < end\n"
    )
    python = [sys.executable, "-c"]
    commands = [
        ("one", [*python, meet, tmp_path / "one", tmp_path / "two"]),
        ("two", [*python, meet, tmp_path / "two", tmp_path / "one"]),
        ("wrong", [*python, "raise SystemExit('this is wrong')"]),
    ]

    with Checks(commands, dict(os.environ)) as checks:
        failed = checks.failed()

    assert failed == ["wrong"]
    told = capfd.readouterr().out
    assert re.search(r"^wrong +failed after \d+\.\d s\nthis is wrong$", told, re.MULTILINE)
    assert re.search(r"^one +\d+\.\d s$", told, re.MULTILINE)


def test_checks_end_with_the_run_that_they_belong_to():
    commands = [("endless", [sys.executable, "-c", "import time; time.sleep(60)"])]
    began = time.monotonic()

    with pytest.raises(KeyboardInterrupt), Checks(commands, dict(os.environ)):
        raise KeyboardInterrupt

    assert time.monotonic() - began < 20
