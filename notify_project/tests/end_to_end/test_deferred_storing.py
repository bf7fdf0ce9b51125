"""Storing what was accepted before: repeated, refused, failing, and put back."""

import time
import uuid

import pytest
from rq import Queue, Retry
from rq.serializers import JSONSerializer

from notify_project.tests.end_to_end.deferred import (
    await_delivery,
    failed,
    rows,
    send,
    shown,
    task,
    tasks_of,
    texts,
)
from notify_project.tests.end_to_end.platform import eventually
from notify_project.tests.end_to_end.test_faults import template_usage

# Reads a payload, changes it and seals it again, with the secrets of the platform.
SEAL = """
import dataclasses, uuid
from notifications.acceptance.payload import seal, unseal
print(seal(dataclasses.replace(unseal({sealed!r}), {changes})))
"""


@pytest.fixture
def accepted(held):
    """Give a message that waits to be stored, and what waits of it."""
    code, answer = send(held, reference="mine")
    assert code == 201
    return answer["id"], task(held, answer["id"]).args[0]


def put(platform, sealed, queue="database"):
    """Put what waits on a queue, as a queue does that hands out a task again."""
    task_id = f"again-{uuid.uuid4()}"
    Queue(queue, connection=platform.redis, serializer=JSONSerializer).enqueue_call(
        "notifications.acceptance.tasks.persist_deferred",
        args=(sealed,),
        job_id=task_id,
        description=f"persist_deferred {task_id}",
        retry=Retry(max=2, interval=1),
        result_ttl=0,
        failure_ttl=600,
    )
    return task_id


def store(platform):
    platform.resume("database")


def await_end(platform, task_id):
    eventually(lambda: tasks_of(platform, task_id) == [], what="the end of a task")


def resealed(platform, sealed, changes):
    code = SEAL.format(sealed=sealed, changes=changes)
    return platform.manage("shell", "-v0", "-c", code).strip()


def test_a_task_that_is_handed_out_twice_makes_one_message(held, accepted):
    notification_id, sealed = accepted
    before = template_usage(held)
    again = [put(held, sealed) for _ in range(2)]

    store(held)

    await_delivery(held, notification_id)
    for task_id in again:
        await_end(held, task_id)
    assert (texts(held, notification_id), template_usage(held) - before) == (1, 1)
    assert set(failed(held)).isdisjoint(again)
    assert held.logs().count(f"notification {notification_id} is stored already") == 2


def test_a_message_that_is_delivered_is_not_touched_by_its_late_task(held, accepted):
    notification_id, sealed = accepted
    store(held)
    await_delivery(held, notification_id)
    before = held.sql("SELECT * FROM notifications WHERE id = %s", notification_id)

    late = put(held, sealed)

    await_end(held, late)
    time.sleep(2)  # a second hand-over would come now
    assert held.sql("SELECT * FROM notifications WHERE id = %s", notification_id) == before
    assert texts(held, notification_id) == 1


def test_a_template_version_that_does_not_exist_is_a_failure_and_no_duplicate(held, accepted):
    other = str(uuid.uuid4())
    wrong = resealed(held, accepted[1], f"id=uuid.UUID('{other}'), template_version=99")
    task_id = put(held, wrong)

    store(held)

    eventually(lambda: task_id in failed(held), what="the failure")
    assert rows(held, other) == []
    logs = held.logs()
    assert f"notification {other} was not stored; its task is kept" in logs
    assert f"notification {other} is stored already" not in logs
    await_delivery(held, accepted[0])


def test_a_payload_of_which_a_byte_was_changed_is_refused_at_once(held, accepted):
    notification_id, sealed = accepted
    place = len(sealed) // 2
    changed = sealed[:place] + ("A" if sealed[place] != "A" else "B") + sealed[place + 1 :]
    task_id = put(held, changed)

    store(held)

    eventually(lambda: task_id in failed(held), what="the refusal")
    logs = held.logs()
    assert logs.count(f"the payload of task {task_id} is refused") == 1  # not tried again
    assert changed not in logs
    await_delivery(held, notification_id)


def test_what_was_sealed_before_the_secret_was_changed_is_stored(deferring):
    platform = deferring
    old = platform.env["SECRET_KEY"]
    assert send(platform)[0] == 201
    platform.stop_postgres()
    try:
        code, answer = send(platform)
        eventually(
            lambda: task(platform, answer["id"]).get_status().value == "scheduled",
            what="an attempt that failed",
        )
        platform.env |= {"SECRET_KEY": "another one", "SECRET_KEY_FALLBACKS": old}
        platform.kill("database")
    finally:
        platform.start_postgres()
    try:
        await_delivery(platform, answer["id"])
    finally:
        del platform.env["SECRET_KEY_FALLBACKS"]
        platform.env["SECRET_KEY"] = old
        platform.kill("database")

    assert (code, texts(platform, answer["id"])) == (201, 1)


def test_what_fails_at_every_attempt_is_kept_shown_and_can_be_put_back(deferring):
    platform = deferring
    attempts = int(platform.env["PERSIST_RETRY_MAX"]) + 1
    assert send(platform)[0] == 201
    platform.stop_postgres()
    try:
        _, answer = send(platform, reference="kept")
        eventually(lambda: answer["id"] in failed(platform), seconds=90, what="the last failure")
        _, kept = shown(platform, answer["id"])
    finally:
        platform.start_postgres()

    logs = platform.logs()
    assert logs.count(f"notification {answer['id']} was not stored; its task is kept") == 1
    assert logs.count(f"notification {answer['id']}: OperationalError") >= attempts
    assert (kept["status"], kept["reference"]) == ("created", "kept")
    assert rows(platform, answer["id"]) == []

    platform.manage("requeue_failed_persists")

    await_delivery(platform, answer["id"])
    _, stored = shown(platform, answer["id"])
    assert stored["created_at"] == kept["created_at"]
    assert texts(platform, answer["id"]) == 1
    assert answer["id"] not in failed(platform)
