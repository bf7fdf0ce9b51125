"""Letters on their way to the printer, while workers die and the printer fails."""

import json
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import partial

from notify_project.tests.end_to_end.platform import ROOT, eventually
from notify_project.tests.torture import crashing
from notify_project.tests.torture.load import NAME
from notify_project.tests.torture.scenarios import scenario

LETTERS = 40
WORKER = "letters"
DEATHS = 2
# Beyond every letter that is accepted now.
DEADLINE = "2099-01-01 17:30"
PATIENCE_SECONDS = 120.0
ASK_AGAIN_SECONDS = 4.0
WITH_THE_PRINTER = frozenset(("sending", "delivered"))


@dataclass
class Account:
    """The letters of one scenario."""

    ids: list[str] = field(default_factory=list)


_account = Account()


def _begin(world) -> None:
    """Have letters accepted and their pages made, by a worker that can die."""
    world.control(dvla={"receipt": "none"})
    world.sql(
        "UPDATE provider_details SET active = true "
        "WHERE notification_type = 'letter' AND identifier = 'dvla'"
    )
    if not world.is_running(WORKER):
        command = [sys.executable, *crashing_command("run_worker", WORKER)]
        world.supervisor.start(WORKER, command)
    client = world.client()
    _account.ids = [_send(world, client, number) for number in range(LETTERS)]
    eventually(lambda: _without_pages(world) == 0, seconds=PATIENCE_SECONDS, what="every page")


def crashing_command(*words: str) -> list[str]:
    return ["-m", "notify_project.tests.torture.crashing", *words]


def _send(world, client, number: int) -> str:
    address = {
        "address_line_1": f"{NAME}{number}",
        "address_line_2": "1 High Street",
        "address_line_3": "SW1A 1AA",
    }
    values = {"name": f"{NAME}{number}", **address}
    return client.send_letter_notification(world.template("letter"), values)["id"]


def _without_pages(world) -> int:
    [(count,)] = world.sql(
        "SELECT count(*) FROM notifications WHERE id = ANY(%s::uuid[]) AND billable_units = 0",
        _account.ids,
    )
    return count


def _collate(world) -> int:
    """Begin a print run and return how its process ended."""
    command = [sys.executable, *crashing_command("collate_letters", "--deadline", DEADLINE)]
    done = subprocess.run(command, cwd=ROOT, env=world.env, capture_output=True, check=False)
    return done.returncode


def _statuses(world) -> Counter:
    return Counter(
        status
        for (status,) in world.sql(
            "SELECT notification_status FROM notifications WHERE id = ANY(%s::uuid[])",
            _account.ids,
        )
    )


def _open_batches(world) -> int:
    [(count,)] = world.sql(
        "SELECT count(*) FROM letter_print_batches WHERE state IN ('planned', 'uploading')"
    )
    return count


def _end(world) -> None:
    """Run again and again, as people and the schedule do, until the printer has every letter."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while set(_statuses(world)) - WITH_THE_PRINTER or _open_batches(world):
        assert time.monotonic() < deadline, f"letters are left: {_statuses(world)}"
        _collate(world)
        time.sleep(ASK_AGAIN_SECONDS)


def each_is_printed_once(world, _verdict) -> list[str]:
    """Compare what was accepted with what the printer has, and both tables."""
    _, body = world.get("/journal.json", world.http_port)
    jobs = [entry for entry in json.loads(body) if entry["stand_in"] == "dvla"]
    printed = Counter(entry["message"] for entry in jobs if entry["taken"])
    lost = [each for each in _account.ids if not printed[each]]
    twice = [each for each, times in printed.items() if times > 1]
    strange = set(printed) - set(_account.ids)
    [(unequal,)] = world.sql(
        "SELECT count(*) FROM notifications n JOIN notification_history h USING (id) "
        "WHERE n.id = ANY(%s::uuid[]) AND (n.notification_status, n.sent_by, n.sent_at, "
        "n.billable_units) IS DISTINCT FROM "
        "(h.notification_status, h.sent_by, h.sent_at, h.billable_units)",
        _account.ids,
    )
    refused = sum(entry["code"] == 409 for entry in jobs)
    world.note(f"{len(printed)} letters at the printer, {refused} repeats it refused")
    return [
        *(f"letter {each} never reached the printer" for each in lost),
        *(f"letter {each} was printed twice" for each in twice),
        *(f"letter {each} was printed, and nobody sent it" for each in sorted(strange)),
        *([f"history differs for {unequal} letters"] if unequal else []),
    ]


letters = partial(scenario, group="letters", load=None, check=each_is_printed_once)


def _die_while_printing(point):
    def run(world, _seconds):
        _begin(world)
        passages = [world.random.randint(1, 2 if "batch" in point.name else 8)] * DEATHS
        crashing.arm(world.crashes, point, passages)
        try:
            _collate(world)
            eventually(lambda: _is_over(world, point), seconds=PATIENCE_SECONDS, what="every death")
        finally:
            crashing.disarm(world.crashes, point)
        _end(world)

    return run


def _is_over(world, point) -> bool:
    if crashing.left(world.crashes, point) == 0:
        return True
    _collate(world)
    time.sleep(1)
    return crashing.left(world.crashes, point) == 0


def _die_while_collating(point):
    def run(world, _seconds):
        _begin(world)
        for passage in (1, 2):
            crashing.arm(world.crashes, point, [passage])
            code = _collate(world)
            assert code == -signal.SIGKILL, f"the run ended with {code}"
        _end(world)

    return run


def _printer(**orders):
    def run(world, seconds):
        _begin(world)
        world.control(dvla=orders)
        with world.lasting(f"dvla {orders}"):
            _collate(world)
            time.sleep(seconds)
        world.control(dvla={"mode": "ok", "per_second": 0})
        _end(world)

    return run


for point in crashing.COLLATING:
    letters(f"killed: {point.name}", long=5)(_die_while_collating(point))
for point in crashing.PRINTING:
    letters(f"killed: {point.name}", long=5)(_die_while_printing(point))
letters("the printer answers 500", long=5)(_printer(mode="error", code=500))
letters("the printer fails now and then", long=5)(_printer(mode="error", share=0.4))
letters("the printer takes letters and hangs", long=6)(_printer(mode="hang-taken", share=0.3))
letters("the printer takes letters and cuts", long=5)(_printer(mode="cut-taken"))
letters("the printer wants five a second", long=8)(_printer(per_second=5))
