"""The platform's processes, and the commands that prepare their database and files."""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import json
import os
import socket
import sys
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deploy.environment import LOCAL, ROOT
from deploy.progress import LaunchFailed, run_quietly
from deploy.supervisor import Supervisor

SETTINGS = "notify_project.settings"
STARTING_SECONDS = 60
# A worker first ends the messages it is handing over; each has its provider's timeout.
WORKER_STOP_SECONDS = 75
# Every request is answered within five.
WEB_STOP_SECONDS = 8
LAST_PORT = 65_535
MANAGE = [sys.executable, str(ROOT / "manage.py")]


def web_command(*, host: str, port: int, workers: int = 2) -> list[str]:
    """Return the command of the web server."""
    return [
        *[sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", str(workers)],
        *["--blocking-threads", "1", "--host", host, "--port", str(port), "--no-ws"],
        # Otherwise the death of one process ends all others, and what they are answering.
        *["--respawn-failed-workers", "--respawn-interval", "0.5"],
        # One that is told to end while it is still starting does not hear it.
        *["--workers-kill-timeout", str(WEB_STOP_SECONDS)],
        "notify_project.wsgi:application",
    ]


def stubs_command(*, port: int, api_key: str) -> list[str]:
    """Return the command of the stand-ins of third parties, which listen above the API's port."""
    return [
        *[sys.executable, "-m", "deploy.stubs", "--api-key", api_key],
        *["--http-port", str(port + 1), "--smtp-port", str(port + 2)],
        *["--receipts-to", f"http://127.0.0.1:{port}"],
    ]


def worker_pools(env: Mapping[str, str]) -> list[str]:
    """Return the names of the worker pools, one process each."""
    os.environ.update(env)
    return list(importlib.import_module(SETTINGS).WORKER_POOLS)


def start_platform(supervisor: Supervisor, *, host: str, port: int) -> None:
    """Start web server, workers and scheduler."""
    supervisor.start("web", web_command(host=host, port=port))
    for pool in worker_pools(supervisor.env):
        command = [*MANAGE, "run_worker", pool]
        supervisor.start(f"worker-{pool}", command, stop_seconds=WORKER_STOP_SECONDS)
    supervisor.start("scheduler", [*MANAGE, "run_scheduler"])


def wait_for(url: str, supervisor: Supervisor) -> None:
    """Wait until the address answers 200.

    Raises:
        LaunchFailed: it does not, or a process died again and again.
    """
    deadline = time.monotonic() + STARTING_SECONDS
    while not _answers(url):
        if supervisor.wait(0.1):
            raise LaunchFailed(supervisor.failure)
        if time.monotonic() > deadline:
            raise LaunchFailed(f"{url} does not answer. Logs: {supervisor.directory / 'log'}")


def require_free(port: int, *, how: str) -> None:
    """Check that nobody listens on a port.

    Raises:
        LaunchFailed: somebody does, or there is no such port, or not for this account.
    """
    if not 0 < port <= LAST_PORT:
        raise LaunchFailed(f"There is no port {port}: the last is {LAST_PORT}. Try: {how}")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError as error:
            raise LaunchFailed(
                f"Port {port} is not for everybody. Choose another: {how}"
            ) from error
        except OSError as error:
            raise LaunchFailed(f"Port {port} is in use. Choose another: {how}") from error


def manage(env: Mapping[str, str], *arguments: str) -> str:
    """Run a command of the project and return what it printed.

    Raises:
        LaunchFailed: it failed.
    """
    return run_quietly([*MANAGE, *arguments], env=env, cwd=ROOT)


def apply_config(env: Mapping[str, str], path: Path) -> dict[str, Any]:
    """Apply a configuration file and return what it names, with ids.

    Raises:
        LaunchFailed: it was refused.
    """
    applied: dict[str, Any] = json.loads(manage(env, "apply_config", str(path), "--json"))
    return applied


def collect_static(env: Mapping[str, str]) -> None:
    """Collect the static files, if they changed since the last time.

    Raises:
        LaunchFailed: it failed.
    """
    stamp, now = LOCAL / "static-files", _state_of_static_files()
    if not stamp.exists() or stamp.read_text() != now or not (ROOT / "staticfiles").exists():
        manage(env, "collectstatic", "--noinput", "--verbosity", "0")
        stamp.write_text(now)


def _state_of_static_files() -> str:
    state = hashlib.sha256((ROOT / "requirements" / "base.txt").read_bytes())
    for path in sorted(ROOT.glob("*/static/**/*")):
        state.update(f"{path} {path.stat().st_mtime_ns}\n".encode())
    return state.hexdigest()


def _answers(url: str) -> bool:
    with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310 - our own address
        return bool(response.status == 200)
    return False
