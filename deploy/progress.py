"""One line per step on the terminal, with dots while it lasts and its duration."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

WIDTH = 34
TAIL_LINES = 25


class LaunchFailed(Exception):
    """A sentence for the person at the terminal: what is wrong and what helps."""


@contextmanager
def step(label: str) -> Iterator[None]:
    """Print the label, a dot every two seconds and, in the end, the duration."""
    started = time.monotonic()
    done = threading.Event()

    def dots() -> None:
        while not done.wait(2):
            print(".", end="", flush=True)

    print(f"{label:<{WIDTH}}", end="", flush=True)
    ticker = threading.Thread(target=dots, daemon=True)
    ticker.start()
    outcome = "failed after "
    try:
        yield
        outcome = ""
    finally:
        done.set()
        ticker.join()
        print(f" {outcome}{time.monotonic() - started:.1f} s", flush=True)


def run_quietly(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    timeout_seconds: float | None = None,
) -> str:
    """Run a command and return its standard output.

    Raises:
        LaunchFailed: it ended with an error; the message ends with its last lines.
    """
    words = [str(word) for word in command]
    name = " ".join(Path(word).name for word in words[:4])
    try:
        done = subprocess.run(
            words,
            env=env,
            cwd=cwd,
            timeout=timeout_seconds,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise LaunchFailed(f"{name}: {error}") from error
    if done.returncode != 0:
        last = tail_of(done.stdout + done.stderr)
        raise LaunchFailed(f"{name} ended with code {done.returncode}:\n{last}")
    return done.stdout


def tail_of(text: str) -> str:
    """Return the last lines, indented."""
    return "\n".join(f"    {line}" for line in text.rstrip().splitlines()[-TAIL_LINES:])


def tail_of_file(path: Path) -> str:
    """Return the last lines of a log, indented."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 20_000))
            return tail_of(file.read().decode(errors="replace"))
    except OSError:
        return f"    ({path} does not exist)"
