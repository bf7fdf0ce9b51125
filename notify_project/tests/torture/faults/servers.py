"""PostgreSQL and Redis: stopped, hung, emptied, cut off, read-only, full."""

import contextlib
import os
import signal
import time

import psycopg2

from notify_project.tests.torture.faults.processes import break_for
from notify_project.tests.torture.ledger import Answer
from notify_project.tests.torture.scenarios import scenario
from notify_project.tests.torture.world import ALL_LANES

AWAY = "database away"
CUT_ALL = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
)
NO_MORE = "no more connections"
HOLDER = "holder"


def every_call_was_accepted(world, verdict):
    """Complain of each call that was not answered with 201."""
    others = [told.answer.value for told in world.told if told.answer != Answer.ACCEPTED]
    return [f"{others.count(kind)} calls were {kind}" for kind in sorted(set(others))]


def no_call_was_refused(world, verdict):
    """Complain of each call that was told it was wrong: nothing was."""
    refused = [told for told in world.told if told.answer == Answer.REFUSED]
    return [f"{len(refused)} calls were refused"] if refused else []


@scenario(
    "Redis emptied",
    group="servers",
    long=8,
    check=every_call_was_accepted,
    loses_receipts=True,
)
def flush_redis(world, seconds):
    break_for(world, seconds, world.flush, every=(0.5, 3.0))


@scenario(
    "Redis stopped and started again",
    group="servers",
    long=8,
    check=every_call_was_accepted,
)
def stop_redis(world, seconds):
    with world.lasting("Redis away"):
        world.stop_redis()
        time.sleep(seconds)
        world.start_redis()


@scenario("Redis hung", group="servers", long=8, check=every_call_was_accepted)
def hang_redis(world, seconds):
    pid = world.redis.info("server")["process_id"]
    with world.lasting("Redis hung"):
        os.kill(pid, signal.SIGSTOP)
        try:
            time.sleep(seconds)
        finally:
            os.kill(pid, signal.SIGCONT)


def _stop_postgres(mode):
    def run(world, seconds):
        with world.lasting(AWAY, lanes=ALL_LANES):
            world.stop_postgres(mode)
            try:
                time.sleep(seconds)
            finally:
                world.start_postgres()

    return run


for mode in ("fast", "immediate"):
    scenario(
        f"PostgreSQL stopped ({mode}) and started again",
        group="servers",
        long=8,
        check=no_call_was_refused,
    )(_stop_postgres(mode))
    scenario(
        f"PostgreSQL stopped ({mode}), queue_first",
        group="servers",
        long=8,
        check=every_call_was_accepted,
        accept_mode="queue_first",
    )(_stop_postgres(mode))


def cut_connections(world, seconds):
    def cut():
        world.note("connections cut")
        world.administer(CUT_ALL)

    break_for(world, seconds, cut, every=(0.3, 1.5))


scenario("database connections cut", group="servers", long=10, check=no_call_was_refused)(
    cut_connections
)
scenario(
    "database connections cut, queue_first",
    group="servers",
    long=10,
    check=every_call_was_accepted,
    accept_mode="queue_first",
)(cut_connections)


def read_only(world, seconds):
    """As after a change of the primary, until everybody has found the new one."""
    with world.lasting("database read-only", lanes=ALL_LANES):
        world.administer("ALTER SYSTEM SET default_transaction_read_only = on")
        world.administer("SELECT pg_reload_conf()", CUT_ALL)
        try:
            time.sleep(seconds)
        finally:
            world.administer("ALTER SYSTEM RESET default_transaction_read_only")
            world.administer("SELECT pg_reload_conf()")


scenario("database read-only", group="servers", long=8, check=no_call_was_refused)(read_only)
scenario(
    "database read-only, queue_first",
    group="servers",
    long=8,
    short=2,
    check=every_call_was_accepted,
    accept_mode="queue_first",
)(read_only)


def use_up_connections(world, seconds):
    with world.lasting(NO_MORE, lanes=ALL_LANES), contextlib.ExitStack() as held:
        first = world.connect()
        held.callback(first.close)
        first.autocommit = True
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            # Until all are ours; whatever the platform gives up later is taken at once, too.
            with contextlib.suppress(psycopg2.OperationalError):
                while True:
                    held.callback(world.connect(application_name=HOLDER).close)
            with first.cursor() as cursor:
                cursor.execute(f"{CUT_ALL} AND application_name <> %s", [HOLDER])
            time.sleep(0.02)


scenario("PostgreSQL out of connections", group="servers", long=8, check=no_call_was_refused)(
    use_up_connections
)
scenario(
    "PostgreSQL out of connections, queue_first",
    group="servers",
    long=8,
    check=every_call_was_accepted,
    accept_mode="queue_first",
)(use_up_connections)
