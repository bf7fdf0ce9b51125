import logging
import os
import signal
import subprocess
import sys
import threading
import time

import django_rq
import pytest
from django.core.management import CommandError, call_command
from freezegun import freeze_time
from rq import Worker

from notify_project import queues
from notify_project.constants import Queue
from notify_project.queues import enqueue
from notify_project.tests import waiting_tasks
from notify_project.worker import REPORT_EVERY


@pytest.fixture(autouse=True)
def _nothing_ran():
    waiting_tasks.ran.clear()


@pytest.fixture
def real_queues(redis, monkeypatch):
    monkeypatch.setattr(queues, "intercept", None)
    return redis


@pytest.fixture
def _signals():
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.redis
@pytest.mark.usefixtures("_signals")
def test_a_pool_runs_the_tasks_of_its_queues_in_their_order(real_queues):
    for queue in (Queue.REPORTING, Queue.PERIODIC, Queue.NORMAL):
        enqueue(waiting_tasks.note, queue.value, queue=queue)

    call_command("run_worker", "background", burst=True)

    assert waiting_tasks.ran == ["periodic", "reporting"]
    assert real_queues.llen("rq:queue:normal") == 1


def test_an_unknown_pool_is_answered_with_the_known_ones():
    with pytest.raises(
        CommandError, match=r"no worker pool swift\. The pools are priority, normal,"
    ):
        call_command("run_worker", "swift")


def test_help_names_the_pools(capsys):
    with pytest.raises(SystemExit):
        call_command("run_worker", "--help")

    words = " ".join(capsys.readouterr().out.split())
    assert "one of priority, normal, bulk, research, receipts, callbacks, database, jobs" in words


@pytest.mark.redis
@pytest.mark.usefixtures("_signals")
def test_a_signal_ends_the_worker_after_the_running_task(real_queues):
    enqueue(waiting_tasks.stop_this_worker, "first", queue=Queue.NORMAL)
    enqueue(waiting_tasks.note, "second", queue=Queue.NORMAL)

    call_command("run_worker", "normal")

    assert waiting_tasks.ran == ["first"]
    assert real_queues.llen("rq:queue:normal") == 1


@pytest.mark.redis
@pytest.mark.usefixtures("_signals")
@pytest.mark.django_db(transaction=True)
def test_a_task_is_not_harmed_by_a_connection_that_broke_before(real_queues):
    enqueue(waiting_tasks.break_database_connection, "first", queue=Queue.NORMAL)
    enqueue(waiting_tasks.ask_database, "second", queue=Queue.NORMAL)
    enqueue(waiting_tasks.ask_database, "third", queue=Queue.NORMAL)

    call_command("run_worker", "normal", burst=True)

    # The second shows the loss and, with its one retry, succeeds.
    assert set(waiting_tasks.ran) == {"first", "second", "third"}


@pytest.mark.redis
@pytest.mark.usefixtures("_signals")
def test_a_failing_task_runs_twice_and_stays_to_be_looked_at(real_queues):
    enqueue(waiting_tasks.fail, "a", queue=Queue.NORMAL)

    call_command("run_worker", "normal", burst=True)

    assert waiting_tasks.ran == ["a", "a"]
    assert real_queues.zcard("rq:failed:normal") == 1


def known_workers(worker):
    """Return who is known to read the queues of a worker."""
    return {queue.name: [each.name for each in Worker.all(queue=queue)] for queue in worker.queues}


@pytest.mark.redis
def test_a_worker_is_known_again_after_redis_lost_all(real_queues):
    with freeze_time("2026-06-10 12:00:00") as time_passes:
        worker = django_rq.get_worker("normal", "bulk")
        worker.register_birth()
        real_queues.flushdb()
        # Others count it again at its next report, which is not at every sign of life.
        worker.heartbeat()
        at_once = known_workers(worker)
        time_passes.tick(REPORT_EVERY)
        worker.heartbeat()

    assert at_once == {"normal": [], "bulk": []}
    assert known_workers(worker) == {"normal": [worker.name], "bulk": [worker.name]}


@pytest.mark.redis
@pytest.mark.usefixtures("_signals")
def test_a_task_whose_worker_was_killed_is_done_once_more_and_no_failure(real_queues):
    enqueue(waiting_tasks.note, "a", queue=Queue.NORMAL, task_id="task")
    # What is listed for a minute longer than it is there.
    real_queues.zadd("rq:executions:task", {"of the killed": time.time() + 60})

    call_command("run_worker", "normal", burst=True)

    assert waiting_tasks.ran == ["a"]
    assert [key for key in real_queues.keys("*") if b"task" in key or b"failed" in key] == []


@pytest.mark.redis
@pytest.mark.usefixtures("_signals")
def test_a_task_costs_few_commands(real_queues, redis_commands):
    enqueue(waiting_tasks.note, "a", queue=Queue.NORMAL)
    call_command("run_worker", "normal", burst=True)
    for _ in range(20):
        enqueue(waiting_tasks.note, "a", queue=Queue.NORMAL)
    redis_commands.clear()

    call_command("run_worker", "normal", burst=True)

    # Stock: 63 a task. What starting and ending a worker costs is in here, too.
    assert len(redis_commands) / 20 < 58


@pytest.mark.redis
@pytest.mark.usefixtures("_signals")
def test_a_worker_waits_for_redis_and_says_so(real_queues, settings, caplog):
    there, settings.REDIS_URL = settings.REDIS_URL, "redis://127.0.0.1:1/0"

    def come_back():
        time.sleep(0.3)
        settings.REDIS_URL = there

    with caplog.at_level(logging.WARNING):
        thread = threading.Thread(target=come_back)
        thread.start()
        call_command("run_worker", "normal", burst=True)
        thread.join()

    assert "worker waits for Redis: ConnectionError" in caplog.text


@pytest.fixture
def start(redis, settings):
    """Start commands as processes of their own, without a database."""
    started = []
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "notify_project.settings",
        "DATABASE_URL": "postgres://postgres@127.0.0.1:1/nowhere",
        "REDIS_URL": settings.REDIS_URL,
    }

    def start(*command):
        process = subprocess.Popen(
            [sys.executable, "manage.py", *command],
            cwd=settings.BASE_DIR,
            env=environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.mark.redis
@pytest.mark.parametrize(
    ("command", "is_at_work"),
    [
        # A worker has a key before it listens to signals; it is idle only after that.
        (
            ["run_worker", "normal"],
            lambda redis: [
                key for key in redis.keys("rq:worker:*") if redis.hget(key, "state") == b"idle"
            ],
        ),
        (["run_scheduler"], lambda redis: redis.keys("rq:scheduler-lock:*")),
    ],
    ids=["worker", "scheduler"],
)
def test_a_command_stops_at_once_and_cleanly(redis, start, command, is_at_work):
    process = start(*command)
    deadline = time.monotonic() + 20
    while not is_at_work(redis):
        assert time.monotonic() < deadline
        time.sleep(0.1)

    process.terminate()
    _, output = process.communicate(timeout=10)

    assert process.returncode == 0
    assert "Traceback" not in output
