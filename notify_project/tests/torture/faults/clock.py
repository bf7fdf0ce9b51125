"""Clocks that show another hour: London's clocks go forward and back while messages flow."""

import contextlib
import re
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from notify_project.tests.end_to_end.platform import ROOT, eventually
from notify_project.tests.torture.scenarios import scenario

FORWARD_AT = datetime(2027, 3, 28, 1, 0, tzinfo=UTC)
BACK_AT = datetime(2027, 10, 31, 1, 0, tzinfo=UTC)
# As long as a platform takes to start on a busy machine.
BEFORE = timedelta(seconds=120)
AT_WORK = "the scheduler is at work"
BEGINS = re.compile(r"periodic task (\w+) of (\S+) begins")


@contextlib.contextmanager
def another_scheduler(world):
    """Run a second scheduler, which is at work when the block begins, as long as the block."""
    path = world.directory / "log" / "scheduler-2.log"
    with path.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "run_scheduler"],
            cwd=ROOT,
            env=world.env,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        try:
            eventually(lambda: AT_WORK in path.read_text(), seconds=90, what="the second scheduler")
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait(timeout=30)


def slots_since(world, began) -> dict[str, list[datetime]]:
    """Return the slots that were taken since an instant of the platform's clock, by task."""
    rows = world.sql(
        "SELECT task, slot FROM periodic_runs WHERE slot >= %s AND task <> 'log_alerts' "
        "ORDER BY task, slot",
        began,
    )
    found: dict[str, list[datetime]] = {}
    for task, slot in rows:
        found.setdefault(task, []).append(slot)
    return found


def unfinished_since(world, began) -> list[str]:
    """Name the slots since an instant that were not run to their end."""
    rows = world.sql(
        "SELECT task, slot, state FROM periodic_runs WHERE slot >= %s AND state <> 'done'", began
    )
    return [f"{task} of {slot} is {state}" for task, slot, state in rows]


def run_more_than_once(world, began) -> list[str]:
    """Name the slots since an instant that workers began more than once."""
    begun = Counter(BEGINS.findall(world.logs()))
    return [
        f"{task} of {slot} began {n} times"
        for (task, slot), n in begun.items()
        if n > 1 and datetime.fromisoformat(slot) >= began
    ]


def gaps(slots: dict[str, list[datetime]]) -> list[str]:
    """Name what lies between slots that should follow each other."""
    found = []
    for task, taken in slots.items():
        steps = {after - before for before, after in pairwise(taken)}
        found += [f"{task} has slots {sorted(steps)} apart"] if len(steps) > 1 else []
    return found


def _live_through(world, change: datetime, seconds: float) -> None:
    began = world.now()
    if began >= change:
        raise RuntimeError(f"the platform started too late, at {began}")
    with another_scheduler(world):
        world.note("the clocks change")
        time.sleep((change - world.now()).total_seconds() + seconds)
        world.lived = (began, world.now())


def _check(world, _verdict) -> list[str]:
    """Every slot of both hours was taken and run once, and none lies between them."""
    began, ended = world.lived
    slots = slots_since(world, began)
    complaints = gaps(slots) + run_more_than_once(world, began)
    # What has just been queued may still run.
    complaints += [text for text in unfinished_since(world, began) if "started" not in text]
    minutes = int((ended - began).total_seconds() // 60)
    for task, every in (("rematch_receipts", 1), ("lower_failing_providers", 0.25)):
        taken = len(slots.get(task, []))
        if taken < (minutes - 1) / every:
            complaints.append(f"{task} has {taken} slots in {minutes} minutes")
    years = {row[0] for row in world.sql("SELECT extract(year FROM created_at) FROM notifications")}
    if years != {began.year}:
        complaints.append(f"messages were created in {sorted(years)}")
    return complaints


@scenario(
    "London's clocks go forward", group="clock", long=70, check=_check, clock=FORWARD_AT - BEFORE
)
def the_clocks_go_forward(world, seconds):
    """Live through the hour that is missing in London, with two schedulers."""
    _live_through(world, FORWARD_AT, seconds)


@scenario("London's clocks go back", group="clock", long=70, check=_check, clock=BACK_AT - BEFORE)
def the_clocks_go_back(world, seconds):
    """Live through the beginning of the hour that London has twice, with two schedulers."""
    _live_through(world, BACK_AT, seconds)
