"""Deaths at every point between two steps of a message's way, with hundreds under way."""

import time

from notify_project.tests.end_to_end.platform import eventually
from notify_project.tests.torture import crashing
from notify_project.tests.torture.load import Load
from notify_project.tests.torture.scenarios import scenario

UNDER_WAY = 200
PER_SECOND = 60.0
SECONDS_PER_DEATH = 4
# Passages before a death: of points that are met for each message, or for each batch.
OFTEN, SELDOM = (1, 40), (1, 3)
DEATH_SECONDS = 60.0


def _die_at(world, point, deaths) -> None:
    """Arm a point and wait until it has killed so often."""
    span = OFTEN if point.often else SELDOM
    passages = [world.random.randint(*span) for _ in range(deaths)]
    crashing.arm(world.crashes, point, passages)
    eventually(
        lambda: crashing.left(world.crashes, point) == 0,
        seconds=DEATH_SECONDS,
        what=f"death when {point.name}",
    )


def _at(point, names, *, backlog):
    def run(world, seconds):
        with world.crashing(*names):
            if backlog:
                _let_wait(world, names)
            _die_at(world, point, max(1, int(seconds / SECONDS_PER_DEATH)))
            # What began again after the last death must have done something.
            time.sleep(1)

    return run


def _let_wait(world, names) -> None:
    """Let messages gather while nobody hands them over."""
    for name in names:
        world.pause(name)
    try:
        with Load(world, PER_SECOND):
            eventually(lambda: _waiting(world) >= UNDER_WAY, seconds=60, what="a backlog")
    finally:
        for name in names:
            world.resume(name)


def _waiting(world) -> int:
    return world.sql(
        "SELECT count(*) FROM notifications "
        "WHERE notification_status = 'created' AND client_reference LIKE %s",
        f"{world.batch}%",
    )[0][0]


def _register(points, names, *, backlog=False, **options) -> None:
    for point in points:
        scenario(
            f"killed: {point.name}",
            group="processes",
            long=2 * SECONDS_PER_DEATH,
            **options,
        )(_at(point, names, backlog=backlog))


_register(crashing.DELIVERING, ("normal", "normal-2"), backlog=True)
_register(crashing.ACCEPTING, ("web",))
_register(crashing.STORING, ("database",), accept_mode="queue_first")
_register(crashing.RECEIVING, ("receipts",))
_register(crashing.SCHEDULING, ("scheduler",), load=2.0)
