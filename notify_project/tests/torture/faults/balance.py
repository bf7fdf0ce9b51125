"""One of two providers of texts is dead: its weight goes, and comes back when it answers."""

import contextlib
import json
import time

from notify_project.tests.end_to_end.platform import eventually
from notify_project.tests.torture.faults.providers import all_delivered
from notify_project.tests.torture.scenarios import scenario

AT_REST = {"mmg": 51, "firetext": 49}
NEARLY_NOTHING = 10
MINUTES_TO_FALL = 10
# Two hours in steps of a quarter of an hour.
QUARTERS_TO_RISE = 8
_CALL = "from notifications.delivery import balance; from notify_project import clock; "


@contextlib.contextmanager
def two_providers(world):
    """Let both carry texts, at rest and trusted, until the block ends."""
    _at_rest(world, both=True)
    time.sleep(2.5)  # processes remember providers for two seconds
    try:
        yield
    finally:
        _at_rest(world, both=False)


def _at_rest(world, *, both: bool) -> None:
    for name, weight in AT_REST.items():
        world.sql(
            "UPDATE provider_details SET active = %s, priority = %s, "
            "updated_at = now() - interval '1 hour' WHERE identifier = %s",
            both or name == "mmg",
            weight,
            name,
        )
    world.sql("DELETE FROM provider_health")
    world.sql("DELETE FROM provider_figures")


def weights(world) -> dict[str, int]:
    """Return the weight of each provider of texts."""
    rows = world.sql(
        "SELECT identifier, priority FROM provider_details WHERE identifier = ANY(%s)",
        list(AT_REST),
    )
    return dict(rows)


def let_pass(world, minutes: int, step: str) -> None:
    """Make what is known of providers so much older, and do what the schedule then does."""
    for table, columns in (
        ("provider_details", ("updated_at",)),
        ("provider_health", ("opened_at", "probe_at")),
    ):
        changes = ", ".join(f"{each} = {each} - interval '{minutes} minutes'" for each in columns)
        world.sql(f"UPDATE {table} SET {changes}")
    world.manage("shell", "-v", "0", "-c", f"{_CALL}balance.{step}(clock.now())")


def fall(world) -> None:
    """Wait until the dead provider has next to no weight, and say how many minutes it took."""
    for minute in range(1, MINUTES_TO_FALL + 1):
        let_pass(world, 1, "lower_failing")
        if weights(world)["mmg"] <= NEARLY_NOTHING:
            world.note(f"weights {weights(world)} after {minute} minutes")
            return
    raise AssertionError(f"after {MINUTES_TO_FALL} minutes the weights are {weights(world)}")


def rise(world) -> None:
    """Wait until both have the weight that they have at rest, and say how long it took."""
    eventually(lambda: not _is_left_alone(world), seconds=90, what="trust in the provider")
    for quarter in range(1, QUARTERS_TO_RISE + 1):
        let_pass(world, 15, "recover")
        if weights(world) == AT_REST:
            world.note(f"at rest after {15 * quarter} minutes")
            return
    raise AssertionError(f"after two hours the weights are {weights(world)}")


def _is_left_alone(world) -> bool:
    return bool(world.sql("SELECT FROM provider_health WHERE opened_at IS NOT NULL"))


def _register(name: str, orders: dict) -> None:
    def fail(world, seconds):
        with two_providers(world):
            world.control(mmg=orders)
            time.sleep(seconds)
            fall(world)
            world.control(anew=True)
            rise(world)

    scenario(name, group="providers", long=5, check=check)(fail)


def check(world, verdict) -> list[str]:
    """Complain of what was not delivered, and if the other provider did not carry the texts."""
    status, body = world.get("/journal.json", world.http_port)
    assert status == 200, "the stand-ins do not answer"
    asked = [entry for entry in json.loads(body) if entry["taken"]]
    texts = [entry["stand_in"] for entry in asked if entry["stand_in"] in AT_REST]
    carried = texts.count("firetext")
    world.note(f"the other carried {carried} of {len(texts)} texts")
    others = [] if carried > len(texts) / 2 else [f"it carried {carried} of {len(texts)} texts"]
    return all_delivered(world, verdict) + others


_register("one of two providers of texts answers 500", {"mode": "error"})
_register("one of two providers of texts refuses connections", {"mode": "refuse"})
_register("one of two providers of texts hangs", {"mode": "hang"})
