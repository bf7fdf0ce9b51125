"""Bulk actions over the same messages, whose workers die in a batch and between two."""

import time

from notify_project.tests.end_to_end.platform import eventually
from notify_project.tests.torture import crashing
from notify_project.tests.torture.faults.holds import PATIENCE, WHY, ask, held
from notify_project.tests.torture.faults.jobs import WORKERS, await_stored, rows_for, send
from notify_project.tests.torture.scenarios import scenario

# Of one run of the scenario.
ACTIONS = 3
DAY_SECONDS = 24 * 60 * 60
_BULK = "bulk action"


def _put_off(world, rows):
    """Store a mailing whose messages wait until tomorrow, and return its job."""
    with held(world, "lane", "bulk"):
        job_id = send(world, rows)
        await_stored(world, 1, rows, job_id)
        world.sql(
            "UPDATE notifications SET next_attempt_at = now() + interval '1 day' WHERE job_id = %s",
            str(job_id),
        )
    return job_id


def _planned(world, act):
    """Plan a bulk action for texts of the last day, and return its id."""
    since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - DAY_SECONDS))
    body = {"act": act, "template_id": world.template("text"), "since": since, "reason": WHY}
    key = ask(world, "/bulk-actions", body)[1]["id"]
    world.note(_BULK, key)
    return key


def _await_state(world, keys, *states):
    for key in keys:
        eventually(
            lambda key=key: ask(world, f"/bulk-actions/{key}")[1]["state"] in states,
            seconds=PATIENCE,
            what=f"a bulk action that is {' or '.join(states)}",
        )


def no_more_than_was_counted(world, verdict):
    """Complain of bulk actions that did more than was counted, or not what they say."""
    planned = [each.subject for each in world.events if each.what == _BULK]
    rows = world.sql(
        "SELECT act, state, total, done FROM bulk_actions WHERE id = ANY(%s::uuid[])", planned
    )
    [(failed,)] = world.sql(
        "SELECT count(*) FROM notifications WHERE failure_reason = 'ended-by-support' "
        "AND client_reference LIKE %s",
        f"{world.batch}%",
    )
    wrong = [f"{row}: more than counted" for row in rows if row[3] > row[2]]
    wrong += [f"{row}: has not ended" for row in rows if row[1] not in ("done", "stopped")]
    said = sum(done for act, *_, done in rows if act == "fail")
    if said != failed:
        wrong.append(f"{said} messages are said to be failed, {failed} are")
    world.note(f"done by bulk actions: {sorted((act, done) for act, *_, done in rows)}")
    return wrong if len(rows) == ACTIONS else [f"{len(rows)} bulk actions are there"]


@scenario(
    "bulk actions over the same messages, killed in and between batches",
    group="holds",
    long=40,
    load=None,
    check=no_more_than_was_counted,
    patience=PATIENCE,
)
def acted_on_in_bulk(world, seconds):
    """Each message is sent once or failed; one action is stopped half way."""
    job_id = _put_off(world, rows_for(seconds))
    with world.crashing(*WORKERS, "background"):
        for point in crashing.ACTING:
            crashing.arm(world.crashes, point, [world.random.randint(1, 4)])
        keys = [_planned(world, act) for act in ("send-now", "fail", "send-now")]
        try:
            _await_state(world, keys, "counted")
            for key in keys:
                total = ask(world, f"/bulk-actions/{key}")[1]["total"]
                ask(world, f"/bulk-actions/{key}/start", {"count": total, "reason": WHY})
            for point in crashing.ACTING:
                crashing.arm(world.crashes, point, [world.random.randint(1, 4)])
            time.sleep(world.random.uniform(0, 3))
            ask(world, f"/bulk-actions/{keys[-1]}/stop", {"reason": WHY})
            _await_state(world, keys, "done", "stopped")
        finally:
            for point in crashing.ACTING:
                crashing.disarm(world.crashes, point)
    waiting = world.sql(
        "SELECT count(*) FROM notifications WHERE job_id = %s AND next_attempt_at > now() "
        "+ interval '1 hour'",
        str(job_id),
    )
    if waiting != [(0,)]:
        raise AssertionError(f"{waiting} messages were passed over")
