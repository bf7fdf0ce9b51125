"""Sending is held and let go again while workers die and servers go."""

import contextlib
import json
import threading
import time
import urllib.error
import urllib.request

import jwt

from notify_project.tests.end_to_end.platform import eventually
from notify_project.tests.torture import crashing
from notify_project.tests.torture.faults.jobs import (
    WORKERS,
    await_stored,
    each_row_is_there_once,
    rows_for,
    send,
)
from notify_project.tests.torture.faults.processes import DELIVERING, break_for, kill_for
from notify_project.tests.torture.faults.servers import AWAY
from notify_project.tests.torture.scenarios import scenario
from notify_project.tests.torture.world import ALL_LANES

# No hand-over begins so long after the answer; a busy machine shows it a little later.
AFTER_SECONDS = 2.0
BUSY_SECONDS = 1.0
HELD_SECONDS = (4.0, 6.0)
AWAY_SECONDS = 5.0
PATIENCE = 420.0
ANSWER_SECONDS = 60.0
WHY = "torture"
_HELD = "held: "


def ask(world, path, body=None):
    """Ask the management API until it says something that is not an error of ours."""
    found = []

    def has_answered():
        found[:] = _ask(world, path, body)
        return 200 <= found[0] < 500

    eventually(has_answered, seconds=ANSWER_SECONDS, what=f"an answer to {path}")
    return found


def _ask(world, path, body):
    claims = {"iss": "notify-admin", "iat": int(time.time())}
    token = jwt.encode(claims, world.env["INTERNAL_API_SECRET"], "HS256")
    request = urllib.request.Request(
        f"{world.api_url}{path}",
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, {}
    except OSError:
        return 0, {}


def subjects(world):
    """Return what can be held of what the load sends."""
    return [
        ("service", world.service["id"]),
        ("template", world.template("text")),
        ("lane", "normal"),
        ("provider", "mmg"),
    ]


@contextlib.contextmanager
def held(world, kind, key):
    """Hold a subject until the block ends, and note from when to when nothing may go out."""
    with world.lasting(f"{_HELD}{kind}", key) as event:
        # 400: an earlier request was done, and its answer lost.
        ask(world, "/holds", {"kind": kind, "key": key, "reason": WHY})
        event.at = time.time()
        yield
    [(hold_id,)] = eventually(lambda: _ids(world, kind, key), what="the database")
    ask(world, f"/holds/{hold_id}/release", {"reason": WHY})


def _ids(world, kind, key):
    with contextlib.suppress(Exception):  # the database may be away
        return world.sql(
            "SELECT id::text FROM holds WHERE kind = %s AND key = %s AND released_at IS NULL",
            kind,
            key,
        )
    return []


class Steering:
    """Holds some subjects and lets them go, over and over, while the block lasts."""

    def __init__(self, world) -> None:
        self.world = world
        self.broken = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._steer)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()
        if self.broken:
            raise self.broken[0]

    def _steer(self) -> None:
        try:
            while not self._over.is_set():
                self._hold_some()
                # Something goes out between two holds.
                time.sleep(self.world.random.uniform(0.2, 2))
        except BaseException as error:  # noqa: BLE001 - raised again in the scenario's own thread
            self.broken.append(error)

    def _hold_some(self) -> None:
        chosen = self.world.random
        some = chosen.sample(subjects(self.world), chosen.randint(1, 4))
        with contextlib.ExitStack() as stack:
            for kind, key in some:
                stack.enter_context(held(self.world, kind, key))
            time.sleep(chosen.uniform(*HELD_SECONDS))


def nothing_goes_out_that_is_held(world, verdict):
    """Complain of hand-overs two seconds after a hold and before its release, and of no hold."""
    spans = [each for each in world.events if each.what.startswith(_HELD)]
    if not spans:
        return ["nothing was held"]
    rows = world.sql(
        "SELECT id::text, service_id::text, template_id::text, lane, notification_type "
        "FROM notifications WHERE service_id = %s",
        world.service["id"],
    )
    names = {
        key: {service, template, lane, "mmg" if kind == "sms" else "smtp"}
        for key, service, template, lane, kind in rows
    }
    late = [
        f"{seen.at - span.at:.1f} s after {span.subject} was held, {seen.id} went out"
        for span in spans
        for seen in world.journal()
        if span.at + AFTER_SECONDS + BUSY_SECONDS < seen.at < span.until
        and span.subject in names.get(seen.id, ())
    ]
    return late + what_is_left(world)


def what_is_left(world):
    """Complain of holds that hold, and of what is still put away."""
    active = world.sql("SELECT kind, key FROM holds WHERE released_at IS NULL")
    return [f"{kind} {key} is still held" for kind, key in active]


@scenario(
    "held and released, workers killed",
    group="holds",
    long=40,
    check=nothing_goes_out_that_is_held,
    patience=PATIENCE,
)
def held_and_killed(world, seconds):
    with Steering(world):
        kill_for(world, [*DELIVERING, *WORKERS, "background"], seconds)


@scenario(
    "held and released, Redis emptied",
    group="holds",
    long=20,
    check=nothing_goes_out_that_is_held,
    loses_receipts=True,
    patience=PATIENCE,
)
def held_and_flushed(world, seconds):
    with Steering(world):
        break_for(world, seconds, world.flush, every=(0.5, 3.0))


@scenario(
    "held and released, PostgreSQL away",
    group="holds",
    long=30,
    check=nothing_goes_out_that_is_held,
    patience=PATIENCE,
)
def held_and_away(world, seconds):
    def away():
        with world.lasting(AWAY, lanes=ALL_LANES):
            world.stop_postgres("immediate")
            try:
                time.sleep(AWAY_SECONDS)
            finally:
                world.start_postgres()

    with Steering(world):
        break_for(world, seconds, away, every=(2.0, 5.0))


@scenario(
    "held and released, killed while it is given back",
    group="holds",
    long=24,
    load=30.0,
    check=nothing_goes_out_that_is_held,
    patience=PATIENCE,
)
def killed_while_given_back(world, seconds):
    [point] = crashing.GIVING_BACK
    with world.crashing(*WORKERS):
        for kind, key in subjects(world)[: max(1, int(seconds / 6))]:
            with held(world, kind, key):
                time.sleep(world.random.uniform(*HELD_SECONDS))
                crashing.arm(world.crashes, point, [1, world.random.randint(2, 5)])
            # The task that comes back by itself is there once a minute.
            time.sleep(2)
            crashing.disarm(world.crashes, point)


def _checked_job(world, verdict):
    return each_row_is_there_once(world, verdict) + nothing_goes_out_that_is_held(world, verdict)


@scenario(
    "a mailing paused and its service held, workers killed",
    group="holds",
    long=40,
    check=_checked_job,
    patience=PATIENCE,
)
def paused_and_held(world, seconds):
    """Whichever of the two is over first, rows wait for the other."""
    rows = rows_for(seconds)
    job_id = send(world, rows)
    path = f"/service/{world.service['id']}/job/{job_id}"
    end = time.monotonic() + seconds
    await_stored(world, 0.3, rows, job_id)
    while True:
        is_paused_first = world.random.random() < 0.5
        with contextlib.ExitStack() as stack:
            if is_paused_first:
                ask(world, f"{path}/pause", {"reason": WHY})
            stack.enter_context(held(world, "service", world.service["id"]))
            if not is_paused_first:
                ask(world, f"{path}/pause", {"reason": WHY})
            kill_for(world, ["bulk", *WORKERS], 3)
            if world.random.random() < 0.5:
                ask(world, f"{path}/resume", {"reason": WHY})
        ask(world, f"{path}/resume", {"reason": WHY})
        if time.monotonic() > end:
            return
