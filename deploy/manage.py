"""Run a command of the project in the environment of the running demo (``make manage``)."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from deploy.environment import LOCAL
from deploy.process_groups import start_time
from deploy.processes import MANAGE
from deploy.progress import LaunchFailed

PATH = LOCAL / "running.json"


@contextmanager
def published(settings: Mapping[str, str], *, path: Path = PATH) -> Iterator[None]:
    """Let commands in other terminals find the settings, while this process runs."""
    running = {"pid": os.getpid(), "started": start_time(os.getpid()), "settings": dict(settings)}
    path.unlink(missing_ok=True)
    # Secrets are among them.
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(running, file)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def running_settings(*, path: Path = PATH) -> dict[str, str]:
    """Return the settings of the demo that runs in this checkout.

    Raises:
        LaunchFailed: none does.
    """
    try:
        running = json.loads(path.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        running = None
    # A launcher that was killed has left its file.
    if running is None or start_time(running["pid"]) != running["started"]:
        raise LaunchFailed("The demo does not run in this checkout. Start it first: make demo")
    settings: dict[str, str] = running["settings"]
    return settings


def main(arguments: list[str]) -> NoReturn:
    """Become the command, with the demo's settings."""
    try:
        settings = running_settings()
    except LaunchFailed as error:
        sys.exit(str(error))
    os.execve(sys.executable, [*MANAGE, *arguments], os.environ | settings)  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main(sys.argv[1:])
