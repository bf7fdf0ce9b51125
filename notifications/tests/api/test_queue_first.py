"""Accepting without the database, on real servers and with a connection that really ends."""

import base64
import time
from datetime import timedelta

import pytest
from django.db import connection
from freezegun import freeze_time

from notifications.acceptance import modes
from notifications.acceptance.modes import AcceptMode, switch_mode
from notifications.models import Document, IdempotentAnswer, Notification
from notifications.tests.api.queue_first import Caller, counted, waiting
from notify_project import clock
from services import api_keys
from services.creating import update_service
from services.day_counters import day_counter
from templates_app.versions import update_template

pytestmark = [pytest.mark.redis, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("kind", ["sms", "email"])
def test_a_message_is_answered_without_a_statement_and_queued_once(
    caller, redis, django_assert_num_queries, kind
):
    # The first message of a day asks what it begins with.
    redis.set(day_counter(caller.service.id, kind, clock.now()), 0, ex=60)

    with django_assert_num_queries(0):
        answer = caller.post(kind, reference="mine")

    assert answer.status_code == 201
    assert waiting(redis) == [answer.json()["id"]]
    assert counted(redis, caller, kind) == 1
    assert Notification.objects.count() == 0
    # What follows once it is stored is left to the task that stores it.
    assert (waiting(redis, "normal"), redis.keys("*template-usage*")) == ([], [])


def test_a_message_costs_two_round_trips_once_all_is_remembered(caller, settings, round_trips):
    settings.READ_MODEL_SECONDS = 60
    caller.post()
    round_trips.clear()

    caller.post()

    assert len(round_trips) == 2


def test_the_answer_is_the_one_of_the_other_mode(caller):
    queued = caller.post("email", reference="mine").json()
    switch_mode(AcceptMode.PERSIST_FIRST)
    stored = caller.post("email", reference="mine").json()

    for answer in (queued, stored):
        answer["uri"] = answer["uri"].replace(answer.pop("id"), "ID")
    assert queued == stored


@pytest.mark.parametrize(
    ("traits", "queue"),
    [
        ({"sms": {"priority": True}}, "priority"),
        ({"key": {"test": True}}, "research-mode"),
        ({"research_mode": True}, "research-mode"),
        ({"key": {"team": True}, "restricted": False}, None),
    ],
    ids=["priority template", "test key", "research mode", "team key"],
)
def test_each_kind_waits_on_its_queue(queue_first, redis, traits, queue):
    answer = Caller(**traits).post()

    if queue is None:  # no member of the team: judged as in the other mode
        assert (answer.status_code, waiting(redis)) == (400, [])
    else:
        assert waiting(redis, queue) == [answer.json()["id"]]


def test_without_the_database_messages_are_accepted(caller, redis, database, run_tasks):
    database.is_away()
    started = time.monotonic()
    answers = [caller.post() for _ in range(10)]
    elapsed = time.monotonic() - started
    database.is_back()

    assert [answer.status_code for answer in answers] == [201] * 10
    assert elapsed < 2
    run_tasks("database")
    ids = {answer.json()["id"] for answer in answers}
    assert {str(each) for each in Notification.objects.values_list("id", flat=True)} == ids


def test_with_a_read_only_database_messages_are_accepted(caller, redis):
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")

    answer = caller.post()

    connection.close()
    assert (answer.status_code, len(waiting(redis))) == (201, 1)


def test_old_copies_serve_while_the_database_is_away(caller, redis, database):
    database.is_away()

    with freeze_time(clock.now() + timedelta(minutes=11)):
        started = time.monotonic()
        assert caller.post().status_code == 201
        assert caller.post().status_code == 201
        assert time.monotonic() - started < 2


def test_without_copies_and_database_the_answer_is_503_at_once(caller, redis, database):
    redis.delete(*redis.scan_iter("cache:*"))
    database.is_away()
    started = time.monotonic()

    answer = caller.post()

    assert time.monotonic() - started < 2
    assert (answer.status_code, answer.json()["errors"][0]["error"]) == (503, "ServiceUnavailable")
    assert waiting(redis) == []


def test_a_refused_request_is_refused_alike(caller, redis):
    answer = caller.post(personalisation={})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["message"] == "Missing personalisation: name"
    assert (waiting(redis), counted(redis, caller)) == ([], 0)


def test_a_revoked_key_is_known_at_once(caller, redis):
    api_keys.revoke(caller.key, actor=None)

    answer = caller.post()

    assert (answer.status_code, waiting(redis)) == (403, [])


def test_a_changed_template_is_sent_at_once(caller, run_tasks):
    update_template(caller.templates["sms"], actor=None, content="Bye ((name))")

    answer = caller.post()

    assert answer.json()["content"]["body"] == "Bye Jo"
    run_tasks("database")
    assert Notification.objects.get().template_version == 2


def test_a_letter_is_stored_at_once(caller, redis):
    answer = caller.post("letter")

    assert answer.status_code == 201, answer.content
    assert str(Notification.objects.get().id) == answer.json()["id"]
    assert waiting(redis) == []


@pytest.mark.usefixtures("files")
def test_an_email_with_a_file_is_stored_at_once(caller, redis):
    file = {"file": base64.b64encode(b"Hello").decode(), "filename": "letter.txt"}

    answer = caller.post("email", personalisation={"name": file})

    assert answer.status_code == 201, answer.content
    assert (Notification.objects.count(), Document.objects.count()) == (1, 1)
    assert waiting(redis) == []


def test_a_message_above_the_limit_is_stored_at_once(caller, redis, settings):
    settings.MAX_DEFERRED_PAYLOAD_BYTES = 1000
    small, large = caller.post(), caller.post("email", personalisation={"name": "Jo " * 2000})

    assert waiting(redis) == [small.json()["id"]]
    assert str(Notification.objects.get().id) == large.json()["id"]


@pytest.mark.parametrize(
    ("kind", "recipient"),
    [
        ("sms", {"phone_number": "07700 900000"}),
        ("email", {"email_address": "Simulate-Delivered@notifications.service.gov.uk"}),
    ],
    ids=["sms", "email"],
)
def test_a_simulated_message_is_neither_queued_stored_nor_counted(caller, redis, kind, recipient):
    answer = caller.post(kind, **recipient)

    assert answer.status_code == 201
    assert (waiting(redis), Notification.objects.count()) == ([], 0)
    assert counted(redis, caller, kind) == 0
    assert caller.get(answer.json()["id"]).status_code == 404


def test_a_request_with_an_idempotency_key_is_stored_with_its_answer(caller, redis):
    first, second = (caller.post(headers={"Idempotency-Key": "once"}) for _ in range(2))

    assert first.content == second.content
    assert second["Idempotent-Replayed"] == "true"
    assert (Notification.objects.count(), IdempotentAnswer.objects.count()) == (1, 1)
    assert waiting(redis) == []


def test_without_the_database_an_idempotency_key_is_503(caller, redis, no_database):
    answer = caller.post(headers={"Idempotency-Key": "once"})

    assert (answer.status_code, waiting(redis)) == (503, [])
    assert counted(redis, caller) == 0


def test_the_switch_decides_about_the_next_request(caller, redis):
    switch_mode(AcceptMode.PERSIST_FIRST)
    stored = caller.post().json()["id"]
    switch_mode(AcceptMode.QUEUE_FIRST)
    queued = caller.post().json()["id"]

    assert str(Notification.objects.get().id) == stored
    assert waiting(redis) == [queued]


def test_one_service_can_be_queued_first_alone(run_tasks, redis):
    modes._memory.forget("accept-mode")
    deferred, other = Caller(deferred_persistence=True), Caller()

    queued, stored = deferred.post().json()["id"], other.post().json()["id"]

    assert waiting(redis) == [queued]
    assert str(Notification.objects.get().id) == stored


def test_a_services_own_mode_ends_when_it_is_changed(run_tasks, redis):
    caller = Caller(deferred_persistence=True)
    update_service(caller.service, actor=None, deferred_persistence=False)

    caller.post()

    assert (Notification.objects.count(), waiting(redis)) == (1, [])
