"""Processes that are killed: by the system, at any moment, without a last word."""

import time

from notify_project.tests.end_to_end.platform import eventually
from notify_project.tests.torture.scenarios import scenario

KILL_EVERY_SECONDS = (0.5, 2.5)


def kill_for(world, names, seconds) -> None:
    """Kill one process after the other, at random moments, and wait until all are back."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(world.random.uniform(*KILL_EVERY_SECONDS))
        name = world.random.choice(names)
        if world.is_running(name):
            world.kill(name)
    eventually(lambda: all(map(world.is_running, names)), what="the return of every process")


@scenario("kill -9 of a delivering worker", group="processes", long=30, short=4)
def kill_a_delivering_worker(world, seconds):
    """Slow calls, so that many are under way at each death."""
    world.control(sms={"delay_ms": 300}, mail={"delay_ms": 300})
    kill_for(world, ["normal", "normal-2", "priority"], seconds)
    world.control(sms={"delay_ms": 0}, mail={"delay_ms": 0})
