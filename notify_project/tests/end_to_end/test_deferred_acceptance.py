"""Accepting without the database: what is answered, and what waits where."""

import json
import subprocess
import sys
import time
import uuid

import pytest

from notify_project.tests.end_to_end.deferred import (
    await_delivery,
    failed,
    make_read_only,
    rows,
    send,
    shown,
    switch,
    tasks_of,
    texts,
)
from notify_project.tests.end_to_end.platform import (
    REMEMBERED_SECONDS,
    ROOT,
    eventually,
    free_port,
)
from notify_project.tests.end_to_end.test_faults import template_usage

KINDS = [
    ({"name": "text"}, "database"),
    ({"name": "email"}, "database"),
    ({"name": "code"}, "priority"),
    ({"name": "text", "kind": "test"}, "research-mode"),
    ({"name": "code", "kind": "test"}, "research-mode"),
]


@pytest.fixture
def warm(held):
    """Give the platform once every template was used."""
    for kind, _ in KINDS:
        assert send(held, **kind)[0] == 201
    return held


@pytest.fixture
def away(warm):
    """Give the platform without its database."""
    warm.stop_postgres()
    yield warm
    warm.start_postgres()


@pytest.fixture
def read_only(warm):
    """Give the platform with a database that only lets itself be read."""
    make_read_only(warm, yes=True)
    yield warm
    make_read_only(warm, yes=False)


@pytest.fixture(scope="module")
def cut_web(_platform):
    """Give the port of a web server that loses the answers of the queue."""
    port = free_port()
    command = [sys.executable, "-m", "notify_project.tests.end_to_end.web_with_cut_queue"]
    with subprocess.Popen([*command, str(port)], cwd=ROOT, env=_platform.env) as server:
        eventually(lambda: _platform.get("/_status?simple=1", port)[0] == 200, what="its start")
        yield port
        server.terminate()


def require_each_waits_on_its_queue(platform):
    ids = []
    for kind, queue in KINDS:
        code, answer = send(platform, **kind)
        assert code == 201, answer
        assert tasks_of(platform, answer["id"]) == [queue]
        ids.append(answer["id"])
    return ids


def test_each_message_is_one_task_on_its_queue(warm):
    ids = require_each_waits_on_its_queue(warm)

    assert [rows(warm, each) for each in ids] == [[]] * len(ids)


def test_without_the_database_each_message_is_one_task_on_its_queue(away):
    started = time.monotonic()

    require_each_waits_on_its_queue(away)

    assert time.monotonic() - started < 3 * len(KINDS)


def test_with_a_database_that_is_only_read_each_message_is_one_task_on_its_queue(read_only):
    ids = require_each_waits_on_its_queue(read_only)

    assert [rows(read_only, each) for each in ids] == [[]] * len(ids)


def test_what_was_accepted_meanwhile_is_stored_and_delivered_once(deferring):
    code, _ = send(deferring)
    deferring.stop_postgres()
    try:
        code, answer = send(deferring)
    finally:
        deferring.start_postgres()

    assert code == 201
    await_delivery(deferring, answer["id"])
    assert texts(deferring, answer["id"]) == 1


def test_a_warm_request_asks_the_database_nothing(warm):
    everybody = ["normal", "receipts", "callbacks", "background", "scheduler"]
    warm.sql("ALTER DATABASE notify SET log_statement = 'all'")
    for name in everybody:
        warm.pause(name)
    try:
        end_connections(warm)
        for _ in range(4):  # both web processes, with new connections if they want any
            assert send(warm)[0] == 201
        read = warm._postgres.log.stat().st_size
        accepted = [send(warm)[0] for _ in range(10)]
        with warm._postgres.log.open() as log:
            log.seek(read)
            statements = [line for line in log if "statement:" in line]
        # It would have been seen: a letter is stored at once.
        assert send(warm, "letter")[0] == 201
        is_logged = "INSERT INTO notifications" in warm._postgres.log.read_text()[read:]
    finally:
        for name in everybody:
            warm.resume(name)
        warm.sql("ALTER DATABASE notify RESET log_statement")
        end_connections(warm)

    assert (set(accepted), statements, is_logged) == ({201}, [], True)


def end_connections(platform):
    platform.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = 'notify' AND pid <> pg_backend_pid()"
    )


def test_a_letter_is_stored_at_once(held):
    code, answer = send(held, "letter")

    assert code == 201, answer
    assert len(rows(held, answer["id"])) == 1
    assert tasks_of(held, answer["id"]) == []


def test_a_simulated_recipient_reaches_neither_queue_nor_database(held):
    code, answer = send(held, recipient="07700900000")

    assert code == 201
    assert (rows(held, answer["id"]), tasks_of(held, answer["id"])) == ([], [])


def test_a_large_message_is_stored_at_once(held):
    large = uuid.uuid4().hex * 12_000  # 384 KB, which compress to half

    code, answer = send(held, "text", personalisation={"name": "small", "more": large})
    assert (code, rows(held, answer["id"])) == (201, [])  # what no template uses is not kept

    code, answer = send(held, "email", personalisation={"name": large_text()})

    assert code == 201, answer
    assert len(rows(held, answer["id"])) == 1
    assert tasks_of(held, answer["id"]) == []


def large_text():
    return "".join(uuid.uuid4().hex for _ in range(12_000))


def test_the_switch_decides_about_the_next_request(held):
    switch(held, "persist_first")
    stored = send(held)[1]["id"]
    switch(held, "queue_first")
    queued = send(held)[1]["id"]

    assert (len(rows(held, stored)), tasks_of(held, stored)) == (1, [])
    assert (rows(held, queued), tasks_of(held, queued)) == ([], ["database"])


def test_without_a_copy_and_a_database_the_answer_is_503_at_once(held):
    redis = held.redis
    redis.delete(*redis.scan_iter("cache:*"))
    time.sleep(REMEMBERED_SECONDS)
    held.stop_postgres()
    try:
        started = time.monotonic()
        code, answer = send(held)
        elapsed = time.monotonic() - started
    finally:
        held.start_postgres()

    assert (code, answer["status_code"]) == (503, 503)
    assert [each["error"] for each in answer["errors"]] == ["ServiceUnavailable"]
    assert elapsed < 5


def test_a_revoked_key_is_refused_also_without_the_database(held):
    secret = issue_key(held)
    assert send(held, secret=secret)[0] == 201
    revoke_key(held, secret)
    time.sleep(REMEMBERED_SECONDS)

    with_database = send(held, secret=secret)
    held.stop_postgres()
    try:
        without = send(held, secret=secret)
        others = send(held)
    finally:
        held.start_postgres()

    assert (with_database[0], without[0], others[0]) == (403, 403, 201)


def issue_key(platform):
    secret = str(uuid.uuid4())
    platform.manage(
        "shell",
        "-v0",
        "-c",
        "from services.api_keys import issue; from services.models import Service; "
        f"issue(Service.objects.get(id='{platform.service['id']}'), '{secret}', 'normal', "
        f"actor=None, secret='{secret}')",
    )
    time.sleep(REMEMBERED_SECONDS)
    return secret


def revoke_key(platform, secret):
    platform.manage(
        "shell",
        "-v0",
        "-c",
        "from services.api_keys import revoke; from services.models import ApiKey; "
        f"revoke(ApiKey.objects.get(name='{secret}'), actor=None)",
    )


def test_before_it_is_stored_a_message_is_shown_to_its_service_alone(held):
    _, answer = send(held, reference="mine")

    code, before = shown(held, answer["id"])
    stranger = shown(held, answer["id"], "clients", "Clients")

    assert (code, before["status"], before["reference"]) == (200, "created", "mine")
    assert stranger[0] == 404
    held.resume("database")
    await_delivery(held, answer["id"])
    _, after = shown(held, answer["id"])
    changed = {name for name in after if after[name] != before[name]}
    assert changed <= {
        "status",
        "sent_at",
        "completed_at",
        "cost_in_pounds",
        "cost_details",
        "is_cost_data_ready",
    }


def test_a_queue_that_refuses_lets_the_message_be_stored_under_its_id(deferring):
    assert send(deferring)[0] == 201
    redis = deferring.redis
    redis.config_set("maxmemory", 1)  # nothing is evicted: what would need memory is refused
    try:
        code, answer = send(deferring)
        stored = rows(deferring, answer["id"])
        waiting = tasks_of(deferring, answer["id"])
    finally:
        redis.config_set("maxmemory", 0)

    assert (code, len(stored), waiting) == (201, 1, [])
    await_delivery(deferring, answer["id"])
    assert texts(deferring, answer["id"]) == 1


def usage_repaired(platform):
    """Return how often the template was used, after what the schedule does every few minutes."""
    task = "from notifications.statistics.tasks import repair_template_usage as repair; repair()"
    platform.manage("shell", "-c", task)
    return template_usage(platform)


def test_a_queue_that_took_what_it_seemed_to_refuse_makes_no_second_message(deferring, cut_web):
    before = usage_repaired(deferring)
    _, first = send(deferring)
    await_delivery(deferring, first["id"])
    deferring.pause("database")

    code, answer = send(deferring, port=cut_web)

    assert code == 201
    assert len(rows(deferring, answer["id"])) == 1
    assert tasks_of(deferring, answer["id"]) == ["database"]
    deferring.resume("database")
    eventually(lambda: tasks_of(deferring, answer["id"]) == [], what="the end of the task")
    await_delivery(deferring, answer["id"])
    assert texts(deferring, answer["id"]) == 1
    assert answer["id"] not in failed(deferring)
    # To the process that stored it Redis seemed away: the count was noted for repair.
    eventually(lambda: usage_repaired(deferring) - before == 2, what="their count")
    assert json.dumps(answer).count(answer["id"]) == 2
