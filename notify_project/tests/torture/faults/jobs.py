"""Files of recipients: stored by workers that die, from queues that lose what they hold."""

import re
import time
import uuid
from functools import partial

from notifications.jobs.row_ids import row_id
from notify_project.tests.end_to_end.platform import eventually
from notify_project.tests.torture.ledger import Answer, Told
from notify_project.tests.torture.load import NAME, PHONE
from notify_project.tests.torture.scenarios import scenario

WORKERS = ("jobs", "jobs-2")
ROWS_PER_SECOND = 50
# As many as a file may have, in as many seconds as a busy machine may need for them.
MOST_ROWS, MOST_SECONDS = 100_000, 600.0
KILLS = 5
# Nineteen of twenty single messages are handed over within this time.
SINGLE_SECONDS = 10.0
# More than some tasks store, and enough for the lane of large mailings.
FEWEST_ROWS = 450
PATIENCE = 420.0
# Does what a worker does for a job, here and now, and queues every range once more.
_BEGIN = """
from notifications.jobs import tasks
from notify_project.queues import enqueue
job_id, rows = "{job_id}", {rows}
tasks.process_job(job_id)
for _ in range({repeats}):
    enqueue(tasks.process_job, job_id, queue="jobs")
    for first in range(0, rows, 100):
        last = min(first + 100, rows) - 1
        enqueue(tasks.persist_rows, job_id, str(first), str(last), queue="job-rows")
"""


def rows_for(seconds):
    return max(FEWEST_ROWS, int(seconds * ROWS_PER_SECOND))


def send(world, rows, name="people"):
    """Send a file, and write down that all of its messages are accepted; return the job's id."""
    path = world.directory / f"{world.batch}{name}.csv"
    lines = ["phone number,name,reference"]
    lines += [
        f"{PHONE}{number:06},{NAME}{number},{world.batch}{name}-{number}" for number in range(rows)
    ]
    path.write_text("\n".join(lines))
    printed = world.manage(
        "send_job", str(path), f"--template={world.template('text')}", "--no-wait"
    )
    job_id = uuid.UUID(re.search(r"Job (\S+) is created", printed)[1])
    now = time.time()
    for number in range(rows):
        reference = f"{world.batch}{name}-{number}"
        key = str(row_id(job_id, number))
        world.tell(Told(reference, "bulk", now, Answer.ACCEPTED, key))
    return job_id


def begin_here(world, job_id, rows, *, repeats=0):
    """Begin a job without a worker."""
    world.manage("shell", "-v0", "-c", _BEGIN.format(job_id=job_id, rows=rows, repeats=repeats))


def stored(world, *job_ids):
    return world.sql(
        "SELECT count(*) FROM notifications WHERE job_id = ANY(%s::uuid[])",
        list(map(str, job_ids)),
    )[0][0]


def await_stored(world, share, rows, *job_ids, seconds=120.0):
    """Wait until a share of some jobs' rows is stored."""
    wanted = share * rows * len(job_ids)
    seconds = max(seconds, 120.0)
    eventually(lambda: stored(world, *job_ids) >= wanted, seconds=seconds, what="some stored rows")


def pause_workers(world):
    for name in WORKERS:
        world.pause(name)


def resume_workers(world):
    for name in WORKERS:
        world.resume(name)


def each_row_is_there_once(world, verdict):
    """Complain of jobs that have not as many messages, live and in history, as rows."""
    found = world.sql(
        "SELECT j.id, j.notification_count, count(n.id), count(DISTINCT n.job_row_number), "
        "count(h.id) FROM jobs j LEFT JOIN notifications n ON n.job_id = j.id "
        "LEFT JOIN notification_history h ON h.id = n.id "
        "WHERE j.original_file_name LIKE %s GROUP BY j.id",
        f"{world.batch}%",
    )
    if not found:
        return ["there is no job"]
    return [
        f"job {key} of {rows} rows has {counts}"
        for key, rows, *counts in found
        if set(counts) != {rows}
    ]


@scenario(
    "mailing begun by two workers, every part delivered twice",
    group="jobs",
    long=20,
    short=4,
    check=each_row_is_there_once,
    patience=PATIENCE,
)
def two_workers_and_everything_twice(world, seconds):
    rows = rows_for(seconds)
    pause_workers(world)
    try:
        job_id = send(world, rows)
        begin_here(world, job_id, rows, repeats=2)
    finally:
        resume_workers(world)
    await_stored(world, 1, rows, job_id)


@scenario(
    "mailing stopped at 37 % without a scheduler",
    group="jobs",
    long=30,
    check=each_row_is_there_once,
    patience=PATIENCE,
)
def killed_at_a_third(world, seconds):
    """Go on when the scheduler is back, although two hours have passed."""
    rows = rows_for(seconds)
    world.pause("scheduler")
    try:
        job_id = send(world, rows)
        await_stored(world, 0.37, rows, job_id)
        for name in WORKERS:
            world.kill(name)
        world.note("parts of a mailing dropped")
        world.redis.delete("rq:queue:jobs", "rq:queue:job-rows")
        time.sleep(seconds / 2)
        world.sql(
            "UPDATE jobs SET heartbeat_at = heartbeat_at - interval '2 hours', "
            "processing_started = processing_started - interval '2 hours', "
            "created_at = created_at - interval '2 hours' WHERE id = %s",
            str(job_id),
        )
    finally:
        world.resume("scheduler")


@scenario(
    "every part of a mailing dropped",
    group="jobs",
    long=15,
    check=each_row_is_there_once,
    patience=PATIENCE,
)
def every_part_dropped(world, seconds):
    rows = rows_for(seconds)
    pause_workers(world)
    try:
        job_id = send(world, rows)
        begin_here(world, job_id, rows)
        world.note("parts of a mailing dropped")
        world.redis.delete("rq:queue:jobs", "rq:queue:job-rows")
    finally:
        resume_workers(world)


@scenario(
    "Redis emptied with three mailings half done",
    group="jobs",
    long=15,
    check=each_row_is_there_once,
    loses_receipts=True,
    patience=PATIENCE,
)
def emptied_half_way(world, seconds):
    rows = rows_for(seconds)
    jobs = [send(world, rows, name) for name in ("one", "two", "three")]
    await_stored(world, 0.5, rows, *jobs)
    world.flush()


@scenario(
    "kill -9 of a mailing's worker again and again",
    group="jobs",
    long=40,
    check=each_row_is_there_once,
    patience=PATIENCE,
)
def kill_again_and_again(world, seconds):
    rows = rows_for(seconds)
    job_id = send(world, rows)
    for share in (0.1, 0.3, 0.5, 0.7, 0.9):
        await_stored(world, share, rows, job_id)
        for name in WORKERS:
            if world.is_running(name):
                world.kill(name)
        eventually(lambda: all(map(world.is_running, WORKERS)), what="the return of the workers")


def _single_messages_are_quick(world, verdict):
    """Complain of a large mailing that lost a row, or kept single messages waiting."""
    first_seen = {}
    for seen in world.journal():
        first_seen[seen.id] = min(seen.at, first_seen.get(seen.id, seen.at))
    waits = sorted(
        first_seen[told.id] - told.at
        for told in world.told
        if told.lane != "bulk" and told.id in first_seen
    )
    complaints = each_row_is_there_once(world, verdict)
    if not waits or waits[len(waits) * 95 // 100] > SINGLE_SECONDS:
        complaints.append(f"single messages waited for {waits[-len(waits) // 10 :]} seconds")
    return complaints


def _kill_and_await(world, name):
    """Kill a worker, and wait for the one that takes its place."""
    killed = world.supervisor.pids()[name]
    world.kill(name)
    eventually(
        lambda: world.supervisor.pids().get(name, killed) != killed, what=f"the return of {name}"
    )


def _handed_over(world, job_id):
    """Say whether nothing of a job waits; asked once a second."""
    time.sleep(1)
    return not world.sql(
        "SELECT 1 FROM notifications WHERE job_id = %s AND notification_status = 'created' LIMIT 1",
        str(job_id),
    )


@scenario(
    "a hundred thousand rows, their worker killed five times",
    group="jobs",
    long=MOST_SECONDS,
    load=1.0,
    check=_single_messages_are_quick,
    patience=5 * MOST_SECONDS,
)
def a_hundred_thousand_rows(world, seconds):
    """Kill at random while rows are stored; single messages are sent until the last is out."""
    rows = max(FEWEST_ROWS, min(MOST_ROWS, int(seconds / MOST_SECONDS * MOST_ROWS)))
    job_id = send(world, rows)
    for share in sorted(world.random.uniform(0.02, 0.95) for _ in range(KILLS)):
        await_stored(world, share, rows, job_id, seconds=seconds)
        _kill_and_await(world, world.random.choice(WORKERS))
    await_stored(world, 1, rows, job_id, seconds=seconds)
    handed_over = partial(_handed_over, world, job_id)
    eventually(handed_over, seconds=5 * MOST_SECONDS, what="the last hand-over")
