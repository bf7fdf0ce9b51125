"""One scenario after the other: break under load, heal, wait for the end, set the accounts."""

import time
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from notify_project.tests.torture import leaks
from notify_project.tests.torture.ledger import FINAL, Answer, Verdict
from notify_project.tests.torture.load import Load, send_one
from notify_project.tests.torture.scenarios import Scenario

POLL_SECONDS = 0.25
PROBE_SECONDS = 60.0
# The load goes on for so long before something breaks, and after it is healed.
QUIET_SECONDS = 1.0
# Nothing moves any more.
STILL_SECONDS = 15.0
_EXPIRE = (
    "from notifications.lifecycle import expire; from notify_project import clock; "
    "print(expire(clock.now()))"
)


@dataclass
class Row:
    """A line of the report."""

    name: str
    group: str
    verdict: Verdict
    seconds: float
    recovered_after: float | None
    slowest_answer: float
    ended_by_time_limit: int = 0
    complaints: list[str] = field(default_factory=list)
    events: dict[str, int] = field(default_factory=dict)

    @property
    def is_good(self) -> bool:
        """Say whether nothing is wrong."""
        return self.verdict.is_good and not self.complaints


def run_all(
    world,
    scenarios: Iterable[Scenario],
    seconds_of: Callable[[Scenario], float],
    tell: Callable[[Row], None] = lambda _: None,
) -> list[Row]:
    """Run scenarios and return their lines; ``tell`` gets each as it is known."""
    rows = []
    for each in scenarios:
        rows.append(run(world, each, seconds_of(each)))
        tell(rows[-1])
        if world.supervisor.failure:
            rows[-1].complaints.append(world.supervisor.failure)
            break
    return rows


def run(world, scenario: Scenario, seconds: float) -> Row:
    """Run one scenario from a new beginning to the end of every message."""
    world.begin_anew()
    world.set_accept_mode(scenario.accept_mode)
    complaints: list[str] = []
    with leaks.Watch(world) as watch:
        with Load(world, scenario.load) as load:
            time.sleep(QUIET_SECONDS)
            try:
                scenario.run(world, seconds)
            except Exception:  # noqa: BLE001 - a line of the report, and the next scenario's turn
                complaints.append(f"the scenario failed:\n{traceback.format_exc()}")
            healed_at = time.monotonic()
            _probe(world, complaints)
            time.sleep(QUIET_SECONDS)
        recovered_after = _await_end(world, scenario, healed_at)
    if recovered_after is None:
        complaints.append(f"not all is final after {scenario.patience:.0f} s")
    ended = _end_by_time_limit(world) if scenario.loses_receipts else 0
    verdict = world.verdict()
    complaints += watch.complaints()
    complaints += _checked(world, scenario, verdict)
    counted: dict[str, int] = {}
    for event in world.events:
        counted[event.what] = counted.get(event.what, 0) + 1
    return Row(
        scenario.name,
        scenario.group,
        verdict,
        seconds,
        recovered_after,
        load.slowest,
        ended,
        complaints,
        counted,
    )


def _checked(world, scenario: Scenario, verdict: Verdict) -> list[str]:
    try:
        return scenario.check(world, verdict) if scenario.check else []
    except Exception:  # noqa: BLE001 - a line of the report, and the next scenario's turn
        return [f"the check failed:\n{traceback.format_exc()}"]


def _probe(world, complaints: list[str]) -> None:
    """Send a message of each lane; once it is healed, the platform must take it."""
    deadline = time.monotonic() + PROBE_SECONDS
    client = world.client()
    for kind, lane in (("text", "normal"), ("code", "priority"), ("email", "normal")):
        while send_one(world, client, kind, lane).answer != Answer.ACCEPTED:
            if time.monotonic() > deadline:
                complaints.append(f"healed, and no {kind} is accepted for {PROBE_SECONDS:.0f} s")
                return
            time.sleep(POLL_SECONDS)


def _await_end(world, scenario: Scenario, healed_at: float) -> float | None:
    """Wait for the end of every message; return how long it took, None if patience was over."""
    deadline = time.monotonic() + scenario.patience
    before, still_since = None, time.monotonic()
    while True:
        asked_at = time.monotonic()
        left = _not_final(world)
        now = time.monotonic()
        if not left:
            return now - healed_at
        if left != before:
            before, still_since = left, now
        waits_for_receipts = set(left.values()) <= {"sending", "pending"}
        is_still = now - still_since > STILL_SECONDS
        if scenario.loses_receipts and waits_for_receipts and is_still:
            return still_since - healed_at
        if now > deadline:
            return None
        # To ask about very many messages must not be what keeps the machine busy.
        time.sleep(max(POLL_SECONDS, 5 * (now - asked_at)))


def _not_final(world) -> dict[str, str]:
    ids = [told.id for told in world.told if told.id]
    rows = world.sql(
        "SELECT id::text, notification_status FROM notifications "
        "WHERE client_reference LIKE %s OR id = ANY(%s::uuid[])",
        f"{world.batch}%",
        ids,
    )
    statuses = dict.fromkeys(ids, "not stored") | dict(rows)
    return {key: status for key, status in statuses.items() if status not in FINAL}


def _end_by_time_limit(world) -> int:
    """Let three days pass for what a provider has and whose receipt went with Redis."""
    left = [key for key, status in _not_final(world).items() if status in ("sending", "pending")]
    for table in ("notifications", "notification_history"):
        world.sql(
            f"UPDATE {table} SET created_at = created_at - interval '73 hours' "
            "WHERE id = ANY(%s::uuid[])",
            left,
        )
    if left:
        world.manage("shell", "-v", "0", "-c", _EXPIRE)
    return len(left)
