"""What happens when something the platform leans on goes away."""

import json
import os
import signal
import subprocess
import time
import urllib.request
from collections import Counter

import jwt
import pytest
from notifications_python_client.errors import HTTPError

from notify_project.tests.end_to_end.platform import INTERNAL_API_SECRET, eventually


def send_texts(platform, count, *, start=0):
    client = platform.client()
    return [
        client.send_sms_notification(
            f"0790{start + number:07}", platform.template("text"), {"name": "A"}
        )["id"]
        for number in range(count)
    ]


def all_final(platform, ids):
    rows = platform.sql(
        "SELECT count(*) FROM notifications WHERE id = ANY(%s::uuid[]) AND notification_status "
        "IN ('delivered', 'technical-failure', 'permanent-failure', 'temporary-failure')",
        ids,
    )
    return rows[0][0] == len(ids)


def test_a_flushed_redis_loses_no_message_and_no_figure(platform):
    platform.pause("normal")
    try:
        ids = send_texts(platform, 100)
        platform.redis.flushall()
    finally:
        platform.resume("normal")
    ids += send_texts(platform, 50, start=100)

    eventually(lambda: all_final(platform, ids), seconds=60, what="the end of every message")
    counted = platform.sql(
        "SELECT count(*) FROM notification_history WHERE template_id = %s",
        platform.template("text"),
    )[0][0]
    texts = Counter(text["cid"] for text in platform.received()["texts"])
    assert {texts[each] for each in ids} == {1}
    assert template_usage(platform) == counted


def template_usage(platform):
    claims = {"iss": "notify-admin", "iat": int(time.time())}
    token = jwt.encode(claims, INTERNAL_API_SECRET, "HS256")
    path = f"/service/{platform.service['id']}/template-statistics?whole_days=0"
    request = urllib.request.Request(
        f"http://127.0.0.1:{platform.web_port}{path}", headers={"Authorization": f"Bearer {token}"}
    )
    with urllib.request.urlopen(request, timeout=5) as answer:
        rows = json.load(answer)["data"]
    counts = {row["template_id"]: row["count"] for row in rows}
    return counts.get(platform.template("text"), 0)


def test_without_redis_a_message_is_accepted_and_sent_once_redis_is_back(platform):
    platform.stop_redis()
    try:
        ids = send_texts(platform, 3)
    finally:
        platform.start_redis()

    eventually(lambda: all_final(platform, ids), seconds=90, what="the end of every message")
    assert [platform.status_of(each) for each in ids] == ["delivered"] * 3
    assert (
        template_usage(platform)
        == platform.sql(
            "SELECT count(*) FROM notification_history WHERE template_id = %s",
            platform.template("text"),
        )[0][0]
    )


def test_without_a_database_the_answer_is_503_within_five_seconds(platform):
    client = platform.client()
    platform.stop_postgres()
    started = time.monotonic()
    try:
        with pytest.raises(HTTPError) as refused:
            client.send_sms_notification("07900900123", platform.template("text"), {"name": "A"})
        elapsed = time.monotonic() - started
    finally:
        platform.start_postgres()

    assert refused.value.status_code == 503
    assert refused.value.response.json()["status_code"] == 503
    assert elapsed < 5
    # Each web process notices by itself that its connection is gone.
    sent = send_texts(platform, 8)
    eventually(lambda: all_final(platform, sent), seconds=60, what="the end of every message")


def test_a_killed_web_process_is_replaced_and_the_others_go_on(platform):
    server = platform.supervisor.pids()["web"]
    first, *others = web_processes(server)

    os.kill(first, signal.SIGKILL)

    eventually(lambda: len(set(web_processes(server)) - {first, *others}) == 1, what="another one")
    assert set(others) < set(web_processes(server))
    assert platform.supervisor.pids()["web"] == server


def web_processes(server):
    """Return the processes that a web server has started to answer requests."""
    found = subprocess.run(
        ["pgrep", "-P", str(server), "-f", "granian"],
        capture_output=True,
        text=True,
        check=False,
    )
    return [int(line) for line in found.stdout.split()]


def test_a_provider_that_stays_down_is_tried_again_and_then_given_up(platform):
    platform.control(sms={"mode": "error", "delay_ms": 0})

    [sent] = send_texts(platform, 1)

    platform.await_status(sent, "technical-failure", seconds=30)
    attempts, reason = platform.sql(
        "SELECT delivery_attempts, failure_reason FROM notifications WHERE id = %s", sent
    )[0]
    assert (attempts, reason) == (3, "max-retries")


def test_a_worker_killed_while_it_sends_sends_at_most_twice(platform):
    platform.control(sms={"mode": "ok", "delay_ms": 2000})
    ids = send_texts(platform, 20)
    eventually(lambda: claimed(platform, ids) > 0, what="a claim")
    time.sleep(0.5)

    platform.kill("normal")
    platform.control(sms={"mode": "ok", "delay_ms": 0})

    eventually(lambda: all_final(platform, ids), seconds=90, what="the end of every message")
    texts = Counter(text["cid"] for text in platform.received()["texts"])
    assert {texts[each] for each in ids} <= {1, 2}


def claimed(platform, ids):
    return platform.sql(
        "SELECT count(*) FROM notifications WHERE id = ANY(%s::uuid[]) AND delivery_attempts > 0",
        ids,
    )[0][0]


def test_live_and_history_rows_agree_after_all_this(platform):
    shared = [
        row[0]
        for row in platform.sql(
            "SELECT column_name FROM information_schema.columns "
            "WHERE table_name = 'notification_history'"
        )
    ]
    differs = " OR ".join(f"n.{name} IS DISTINCT FROM h.{name}" for name in shared)

    unequal = platform.sql(
        "SELECT count(*) FROM notifications n LEFT JOIN notification_history h USING (id) "
        f"WHERE n.is_real AND n.service_id = %s AND (h.id IS NULL OR {differs})",
        platform.service["id"],
    )
    unreal = platform.sql(
        "SELECT count(*) FROM notifications n JOIN notification_history h USING (id) "
        "WHERE NOT n.is_real"
    )

    assert platform.sql("SELECT count(*) FROM notifications WHERE is_real")[0][0] > 0
    assert (unequal, unreal) == ([(0,)], [(0,)])
