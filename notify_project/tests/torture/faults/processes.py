"""Processes that end: killed at any moment without a last word, or asked to stop."""

import os
import re
import signal
import time

from notify_project.tests.end_to_end.platform import eventually
from notify_project.tests.torture.scenarios import scenario

KILL_EVERY_SECONDS = (0.5, 2.5)
DELIVERING = ("normal", "normal-2", "priority")
ONE_OF_WEB = "one of web"
# What a supervisor grants before it kills.
STOP_SECONDS = 15


def break_for(world, seconds, do, every=KILL_EVERY_SECONDS) -> None:
    """Do something again and again, at random moments, at least once."""
    end = time.monotonic() + seconds
    while True:
        time.sleep(world.random.uniform(*every))
        do()
        if time.monotonic() >= end:
            return


def kill_for(world, names, seconds) -> None:
    """Kill one process after the other, at random moments, and wait until all are back."""

    def kill_one():
        name = world.random.choice(names)
        if name == ONE_OF_WEB:
            world.kill_a_web_process()
        elif world.is_running(name):
            world.kill(name)

    break_for(world, seconds, kill_one)
    everybody = [name for name in names if name != ONE_OF_WEB]
    eventually(lambda: all(map(world.is_running, everybody)), what="the return of every process")
    eventually(lambda: world.get("/_status")[0] == 200, what="an answer of the web server")


def slow_providers(world, milliseconds) -> None:
    """Let calls take their time, so that many are under way at any moment."""
    world.control(sms={"delay_ms": milliseconds}, mail={"delay_ms": milliseconds})


@scenario("kill -9 of a delivering worker", group="processes", long=30)
def kill_delivering_workers(world, seconds):
    slow_providers(world, 300)
    kill_for(world, DELIVERING, seconds)
    slow_providers(world, 0)


@scenario("kill -9 of web", group="processes", long=20)
def kill_web(world, seconds):
    kill_for(world, ["web", ONE_OF_WEB, ONE_OF_WEB], seconds)


def nothing_done_is_called_failed(world, _verdict):
    """Complain of tasks that were done once more and taken for failed: of an execution gone."""
    times = len(re.findall(r"Execution \w+ not found in Redis", world.logs()))
    return [f"{times} tasks were done and called failed"] if times else []


@scenario(
    "kill -9 of the workers of receipts and callbacks",
    group="processes",
    long=20,
    check=nothing_done_is_called_failed,
)
def kill_workers_of_answers(world, seconds):
    kill_for(world, ["receipts", "callbacks"], seconds)


@scenario("kill -9 of the scheduler and its workers", group="processes", long=20)
def kill_scheduler(world, seconds):
    kill_for(world, ["scheduler", "background"], seconds)


@scenario(
    "kill -9 of the workers that store",
    group="processes",
    long=20,
    accept_mode="queue_first",
    check=nothing_done_is_called_failed,
)
def kill_storing_workers(world, seconds):
    kill_for(world, ["database", "priority"], seconds)


def everything(world, seconds):
    slow_providers(world, 50)
    names = [*world.pools(), "web", ONE_OF_WEB, "scheduler"]
    kill_for(world, names, seconds)
    slow_providers(world, 0)


scenario("kill -9 of everything", group="processes", long=240, short=8, is_in_minutes=True)(
    everything
)
scenario(
    "kill -9 of everything, queue_first", group="processes", long=30, accept_mode="queue_first"
)(everything)


def nothing_was_sent_again(world, verdict):
    return [f"sent again: {why}" for why in verdict.allowed_twice]


@scenario(
    "SIGTERM of workers in mid-batch",
    group="processes",
    long=20,
    short=2,
    check=nothing_was_sent_again,
)
def stop_workers(world, seconds):
    def stop_one():
        name = world.random.choice(DELIVERING)
        if world.is_running(name):
            world.note("SIGTERM", name)
            os.kill(world.supervisor.pids()[name], signal.SIGTERM)

    slow_providers(world, 300)
    break_for(world, seconds, stop_one)
    eventually(lambda: all(map(world.is_running, DELIVERING)), what="the return of every worker")
    slow_providers(world, 0)


@scenario("SIGTERM of web while it replaces a process", group="processes", long=12)
def stop_web_in_mid_start(world, seconds):
    def stop():
        before = world.supervisor.pids()["web"]
        world.kill_a_web_process()
        time.sleep(world.random.uniform(0.2, 1.5))
        world.note("SIGTERM", "web")
        os.kill(before, signal.SIGTERM)
        eventually(
            lambda: world.supervisor.pids().get("web", before) != before,
            seconds=STOP_SECONDS,
            what="the end of web",
        )
        eventually(lambda: world.get("/_status")[0] == 200, what="an answer of the web server")

    break_for(world, seconds, stop)
