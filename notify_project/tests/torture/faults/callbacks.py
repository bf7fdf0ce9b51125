"""A service's own server fails; other services, and those who send, do not notice.

The busy service, for which clients send all the time, is told at ``library``; that is the server
that fails. Its neighbour is told at ``museum``.
"""

import contextlib
import json
import threading
import time
from collections import Counter, defaultdict

import yaml

from notify_project.tests.end_to_end.platform import CONFIG
from notify_project.tests.torture.ledger import FINAL
from notify_project.tests.torture.scenarios import scenario

BUSY, NEIGHBOUR = "End to end", "Told"
ENDPOINTS = {BUSY: "library", NEIGHBOUR: "museum"}
LONG_SECONDS = 20
QUIET_SECONDS = 5
NEIGHBOUR_PER_SECOND = 4
# What a busy machine may add; a call that hangs holds a thread for five seconds.
MORE_SECONDS = 2.0
# A dead server is asked once a minute whether it answers.
PATIENCE_SECONDS = 120
# The first call and five retries.
CALLS = 6


def tell_services(world) -> None:
    """Set up where both services are told, as their people would."""
    config = yaml.safe_load(CONFIG)
    config["services"] = [each for each in config["services"] if each["name"] in ENDPOINTS]
    for service in config["services"]:
        url = world.endpoint(ENDPOINTS[service["name"]])
        service["callbacks"] = [
            {"type": "delivery_status", "url": url, "bearer_token_env": "CALLBACK_TOKEN"}
        ]
    world.env["CALLBACK_TOKEN"] = "a token of theirs"
    path = world.directory / "callbacks.yaml"
    path.write_text(yaml.safe_dump(config))
    world.manage("apply_config", str(path))


class Phases:
    """When what was the case, for one scenario."""

    def __init__(self) -> None:
        self.quiet_at = self.broken_at = self.healed_at = 0.0

    def run(self, world, seconds, orders) -> None:
        """Break and heal the busy service's server, while its neighbour's messages flow."""
        tell_services(world)
        with neighbour(world):
            self.quiet_at = time.time()
            time.sleep(QUIET_SECONDS)
            with world.lasting("the server of a service fails"):
                self.broken_at = time.time()
                world.control(library=orders)
                time.sleep(seconds)
                world.control(anew=True)
                self.healed_at = time.time()

    def check(self, world, verdict) -> list[str]:
        """Complain of what was not told, told wrongly, or late."""
        await_told(world)
        world.note(f"all told {time.time() - self.healed_at:.0f} s after healing")
        complaints = outcomes_told(world, self.quiet_at) + self.paces(world)
        world.sql("DELETE FROM callback_signing_secrets")
        world.sql("DELETE FROM service_callback_api")
        return complaints

    def paces(self, world) -> list[str]:
        """Set the times while the server failed against those before."""
        complaints = []
        for what, pairs in (
            ("its neighbour was told after", neighbours_calls(world)),
            ("messages were handed over after", hand_overs(world, self.quiet_at)),
        ):
            before = [took for at, took in pairs if self.quiet_at <= at < self.broken_at]
            meanwhile = [took for at, took in pairs if self.broken_at <= at < self.healed_at]
            if not before or not meanwhile:
                complaints.append(f"{what}: nothing to measure")
                continue
            idle, busy = p95(before), p95(meanwhile)
            world.note(f"{what} {busy:.2f} s, before {idle:.2f} s (p95)")
            if busy > idle + MORE_SECONDS:
                complaints.append(f"{what} {busy:.2f} s instead of {idle:.2f} s (p95)")
        return complaints


@contextlib.contextmanager
def neighbour(world):
    """Let the neighbour send, and be told, until the block ends."""
    over = threading.Event()
    broken: list[Exception] = []

    def send() -> None:
        client = world.client("told", NEIGHBOUR)
        template = world.template("text", NEIGHBOUR)
        while not over.wait(1 / NEIGHBOUR_PER_SECOND):
            try:
                client.send_sms_notification("07900900123", template, {"name": "A"})
            except Exception as error:  # noqa: BLE001 - raised by who waits for it
                broken.append(error)
                return

    thread = threading.Thread(target=send, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
    if broken:
        raise broken[0]


def await_told(world) -> None:
    """Wait until no service has to be told anything, or patience is over."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        [(waiting,)] = world.sql("SELECT count(*) FROM callback_deliveries WHERE state = 'waiting'")
        if not waiting:
            return
        time.sleep(0.5)


def calls(world) -> list[dict]:
    """Return every call that services' servers got."""
    status, body = world.get("/calls.json", world.http_port)
    assert status == 200, "the stand-ins do not answer"
    return json.loads(body)


def outcomes_told(world, since: float) -> list[str]:
    """Complain of each outcome that was not told once, or of which it is not known."""
    rows = world.sql(
        "SELECT n.id::text, n.notification_status, c.event_key, c.state, c.attempts "
        "FROM notifications n LEFT JOIN callback_deliveries c ON c.subject_id = n.id "
        "WHERE n.created_at >= to_timestamp(%s) AND n.notification_type IN ('sms', 'email')",
        since,
    )
    got = defaultdict(list)
    for call in calls(world):
        got[call["message"]].append(call)
    repeated = Counter(row[0] for row in rows)
    complaints = Counter(f"told of {number} outcomes" for number in repeated.values() if number > 1)
    states = Counter(state for *_, state, _ in rows)
    world.note(f"told: {dict(states)}")
    for key, status, event, state, attempts in rows:
        complaints.update(_wrong(status, event, state, attempts, got[key]))
    return [f"{number} messages: {what}" for what, number in complaints.items()]


def _wrong(status, event, state, attempts, got) -> list[str]:
    taken = any(call["taken"] and call["answer"] == "ok" for call in got)
    if status not in FINAL:
        return ["without an end"]
    if event != status:
        return [f"it is {status} and what is told is {event}"]
    if state == "done" and not taken:
        return ["told, and the server does not know"]
    if state == "given-up" and (taken or attempts != CALLS):
        return [f"given up after {attempts} calls, taken: {taken}"]
    return [] if state in ("done", "given-up") else [f"it is {state}"]


def neighbours_calls(world) -> list[tuple[float, float]]:
    """Return when outcomes were there, and how long after that the neighbour was called."""
    first = {}
    for call in calls(world):
        if call["stand_in"] == ENDPOINTS[NEIGHBOUR]:
            first.setdefault(call["message"], call["at"])
    rows = world.sql(
        "SELECT subject_id::text, extract(epoch FROM created_at) FROM callback_deliveries "
        "WHERE service_id = %s",
        world.services[NEIGHBOUR]["id"],
    )
    return [(float(at), first[key] - float(at)) for key, at in rows if key in first]


def hand_overs(world, since: float) -> list[tuple[float, float]]:
    """Return when messages were accepted, and how long after that a provider had them."""
    rows = world.sql(
        "SELECT extract(epoch FROM created_at), extract(epoch FROM sent_at - created_at) "
        "FROM notifications WHERE created_at >= to_timestamp(%s) AND sent_at IS NOT NULL "
        "AND is_real",
        since,
    )
    return [(float(at), float(took)) for at, took in rows]


def p95(values: list[float]) -> float:
    """Return what 95 of 100 do not exceed."""
    return sorted(values)[int(len(values) * 0.95)]


def _register(name: str, orders: dict, short: float | None = None) -> None:
    phases = Phases()

    def fail(world, seconds):
        phases.run(world, seconds, orders)

    scenario(name, group="callbacks", long=LONG_SECONDS, short=short, check=phases.check)(fail)


for _name, _orders, _short in (
    ("the server of a service hangs", {"mode": "hang"}, 4),
    ("the server of a service takes calls and hangs", {"mode": "hang-taken"}, None),
    ("the server of a service is slow", {"delay_ms": 2000}, None),
    ("the server of a service is dead", {"mode": "refuse"}, None),
    ("the server of a service answers 500", {"mode": "error", "code": 500}, None),
    ("the server of a service answers 429", {"mode": "error", "code": 429}, None),
    ("the server of a service cuts", {"mode": "cut-taken"}, None),
):
    _register(_name, _orders, _short)
