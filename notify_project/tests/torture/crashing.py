"""Processes that kill themselves at a point, as often as a folder holds tokens for it.

``python -m notify_project.tests.torture.crashing run_worker POOL`` is ``manage.py run_worker
POOL`` with those points. The product knows nothing of them: they are put around its functions.
"""

import functools
import importlib
import json
import os
import signal
import sys
import threading
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

DIRECTORY = "CRASHES_DIRECTORY"
DEATHS = "deaths.jsonl"


@dataclass(frozen=True)
class Point:
    """A place in the code: before or after a function.

    Attributes:
        name: for the report.
        module: where the function is called from.
        function: its name there.
        after: whether it has returned.
        often: it is passed once for a message, not once for a batch of them.
    """

    name: str
    module: str
    function: str
    after: bool = False
    often: bool = True

    @property
    def slug(self) -> str:
        """Return the name of its folder."""
        return self.name.replace(" ", "-").replace(",", "")


_DELIVER, _TASKS = "notifications.delivery.deliver", "notifications.delivery.tasks"
_RECORD = "notifications.delivery.record"
DELIVERING = (
    Point("task taken, nothing claimed", _TASKS, "deliver", often=False),
    Point("claimed, no call made", _DELIVER, "prepare", often=False),
    Point("provider called, answer not read", "notifications.delivery.calls", "_ask", after=True),
    Point("answer read, outcome not written", _RECORD, "_record", often=False),
    Point("outcome written, not committed", "notifications.callbacks.outbox", "write"),
    Point("outcome committed, run not ended", _RECORD, "_record", after=True, often=False),
)
ACCEPTING = (
    Point("accepted, not stored", "notifications.acceptance.accept", "persist_notification"),
    Point("stored, lane not woken", "notifications.api.send", "follow_up"),
    Point("flag raised, lane not woken", "notify_project.waiting_tasks", "enqueue_flagged"),
    Point("lane woken, client not answered", "notifications.api.send", "follow_up", after=True),
)
STORING = (
    Point("task to store taken, not stored", "notifications.acceptance.tasks", "store"),
    Point("stored by a task, lane not woken", "notifications.acceptance.tasks", "follow_up"),
)
RECEIVING = (
    Point("receipt taken, not applied", "notifications.receipts.tasks", "apply"),
    Point("receipt applied, task not ended", "notifications.receipts.tasks", "apply", after=True),
)
_PRINTING = "notifications.letters.printing"
COLLATING = (
    Point("print run begun, a batch not planned", f"{_PRINTING}.collate", "plan_singly"),
    Point(
        "a batch planned, print run not ended", f"{_PRINTING}.collate", "plan_singly", after=True
    ),
)
PRINTING = (
    Point("print batch claimed, no letter claimed", f"{_PRINTING}.hand_over", "_is_handed_over"),
    Point("letter claimed, printer not called", f"{_PRINTING}.singly", "attempt"),
    Point("printer called, outcome not written", f"{_PRINTING}.singly", "attempt", after=True),
    Point("outcomes written, print batch open", f"{_PRINTING}.batches", "mark_uploaded"),
)
PRINTING_FILES = (
    Point("file of letters written, not named", f"{_PRINTING}.upload", "_is_named"),
    Point("file of letters named, not recorded", f"{_PRINTING}.upload", "_is_named", after=True),
)
_BULK = "notifications.support.bulk"
ACTING = (
    Point("bulk action: batch done, not committed", _BULK, "act_on", after=True, often=False),
    Point("bulk action: batch counted, not committed", _BULK, "_note", after=True, often=False),
    Point("bulk action: between two batches", _BULK, "_batch", after=True, often=False),
)
GIVING_BACK = (
    Point("given back, not committed", "notifications.lifecycle", "give_back", after=True),
)
POINTS = (
    *ACTING,
    *GIVING_BACK,
    *DELIVERING,
    *ACCEPTING,
    *STORING,
    *RECEIVING,
    *COLLATING,
    *PRINTING,
    *PRINTING_FILES,
)
# Module, name and value: seconds and small batches show what takes minutes, or many messages.
_SHORT = (
    (_BULK, "LOST_AFTER", timedelta(seconds=5)),
    ("notifications.support.bulk_filter", "BATCH", 100),
    ("notifications.lifecycle.putting_away", "BATCH", 20),
    (f"{_PRINTING}.collate", "SINGLY_AT_A_TIME", 8),
    (f"{_PRINTING}.batches", "LEASE", timedelta(seconds=9)),
    (f"{_PRINTING}.singly", "LEASE", timedelta(seconds=8)),
    (f"{_PRINTING}.singly", "RETRY_AFTER", timedelta(seconds=3)),
    ("notifications.providers.dvla", "_TIMEOUT_SECONDS", 2),
)

_passages: dict[str, int] = {}
_lock = threading.Lock()


def install() -> None:
    """Put every point around its function."""
    for path, name, value in _SHORT:
        setattr(importlib.import_module(path), name, value)
    for point in POINTS:
        module = importlib.import_module(point.module)
        setattr(module, point.function, _around(point, getattr(module, point.function)))


def arm(directory: Path, point: Point, passages: list[int]) -> None:
    """Let a process die at a point for each number: after that many passages."""
    folder = directory / point.slug
    folder.mkdir(parents=True, exist_ok=True)
    for number, passage in enumerate(passages):
        (folder / f"{number}-{passage}").touch()


def disarm(directory: Path, point: Point) -> None:
    """Let nobody die at a point any more."""
    for token in (directory / point.slug).glob("*"):
        token.unlink(missing_ok=True)


def left(directory: Path, point: Point) -> int:
    """Return how many deaths are still to come."""
    return len(list((directory / point.slug).glob("*")))


def deaths(directory: Path) -> list[dict]:
    """Return who has died, where and when."""
    path = directory / DEATHS
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text().splitlines()]


def _around(point: Point, function):
    @functools.wraps(function)
    def wrapped(*args, **kwargs):
        # An empty batch is no passage.
        counts = point.often or not args or bool(args[0])
        if counts and not point.after:
            _pass(point)
        result = function(*args, **kwargs)
        if counts and point.after:
            _pass(point)
        return result

    return wrapped


def _pass(point: Point) -> None:
    directory = Path(os.environ[DIRECTORY])
    try:
        tokens = sorted((directory / point.slug).iterdir())
    except FileNotFoundError:
        return
    with _lock:
        passage = _passages[point.slug] = _passages.get(point.slug, 0) + 1 if tokens else 0
        for token in tokens:
            if passage >= int(token.name.partition("-")[2]) and _take(token):
                _die(directory, point)


def _take(token: Path) -> bool:
    """Return whether this process is the one to die for a token."""
    try:
        token.unlink()
    except FileNotFoundError:
        return False
    return True


def _die(directory: Path, point: Point) -> None:
    record = {"point": point.name, "who": sys.argv[-1], "at": time.time()}
    with (directory / DEATHS).open("a") as file:
        file.write(json.dumps(record) + "\n")
    os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """Run a command of the project."""
    import django  # noqa: PLC0415 - not when a test imports this module
    from django.core.management import execute_from_command_line  # noqa: PLC0415

    django.setup()
    install()
    execute_from_command_line(["manage.py", *sys.argv[1:]])


if __name__ == "__main__":
    main()
