"""Accepting without the database, on real servers and with a connection that really ends."""

import base64
import json
import time
import uuid
from datetime import timedelta

import jwt
import pytest
from django.db import connection
from django.test import Client
from freezegun import freeze_time
from redis.client import Pipeline
from redis.exceptions import ConnectionError as RedisConnectionError
from rq.job import Job

from notifications.acceptance import modes
from notifications.acceptance.modes import AcceptMode, switch_mode
from notifications.models import Document, IdempotentAnswer, Notification, NotificationHistory
from notify_project import clock
from services import api_keys
from services.creating import update_service
from services.limits import day_counter
from services.read_models import find_service
from services.tests.factories import ApiKeyFactory, ServiceFactory
from templates_app.read_models import find_template
from templates_app.tests.factories import TemplateFactory
from templates_app.versions import update_template

pytestmark = [pytest.mark.redis, pytest.mark.django_db(transaction=True)]

RECIPIENTS = {
    "sms": {"phone_number": "07900900123"},
    "email": {"email_address": "jo@example.com"},
    "letter": {},
}
ADDRESS = {"address_line_1": "A Person", "address_line_2": "1 Road", "postcode": "SW1A 1AA"}


class Caller:
    """A service with a key and a template of each type, which Redis remembers."""

    def __init__(self, *, key=None, sms=None, **columns):
        self.service = ServiceFactory(
            permissions=("sms", "email", "letter"), contact_link="https://example.org", **columns
        )
        self.key = ApiKeyFactory(service=self.service, **(key or {}))
        self.templates = {
            "sms": TemplateFactory(service=self.service, **(sms or {})),
            "email": TemplateFactory(service=self.service, email=True),
            "letter": TemplateFactory(service=self.service, letter=True),
        }
        self.warm()

    def warm(self):
        find_service(self.service.id)
        for template in self.templates.values():
            find_template(self.service.id, template.id)

    def headers(self, **more):
        claims = {"iss": str(self.service.id), "iat": int(time.time())}
        return {"Authorization": f"Bearer {jwt.encode(claims, self.key.secret, 'HS256')}", **more}

    def post(self, kind="sms", headers=None, **changes):
        values = {"name": "Jo", **(ADDRESS if kind == "letter" else {})}
        body = {"template_id": str(self.templates[kind].id), "personalisation": values}
        return Client().post(
            f"/v2/notifications/{kind}",
            json.dumps({**body, **RECIPIENTS[kind], **changes}),
            content_type="application/json",
            headers=self.headers(**(headers or {})),
        )

    def get(self, notification_id):
        return Client().get(f"/v2/notifications/{notification_id}", headers=self.headers())


@pytest.fixture
def queue_first(run_tasks):
    modes._memory.forget("accept-mode")
    switch_mode(AcceptMode.QUEUE_FIRST)
    yield
    modes._memory.forget("accept-mode")


@pytest.fixture
def caller(queue_first):
    return Caller()


def waiting(redis, queue="database"):
    return [each.decode() for each in redis.lrange(f"rq:queue:{queue}", 0, -1)]


def counted(redis, caller, kind="sms"):
    return int(redis.get(day_counter(caller.service.id, kind, clock.now())) or 0)


@pytest.mark.parametrize("kind", ["sms", "email"])
def test_a_message_is_answered_without_a_statement_and_queued_once(
    caller, redis, django_assert_num_queries, kind
):
    with django_assert_num_queries(0):
        answer = caller.post(kind, reference="mine")

    assert answer.status_code == 201
    assert waiting(redis) == [answer.json()["id"]]
    assert counted(redis, caller, kind) == 1
    assert Notification.objects.count() == 0


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


def test_a_message_is_shown_before_it_is_stored_as_after_it(caller, run_tasks):
    notification_id = caller.post("email", reference="mine").json()["id"]

    before = caller.get(notification_id)
    run_tasks("database")
    after = caller.get(notification_id)

    assert (before.status_code, before.json()["reference"]) == (200, "mine")
    assert before.json()["status"] == "created"
    assert before.json() == after.json()
    assert Notification.objects.count() == 1


def test_a_message_is_shown_while_the_database_is_away(caller, database):
    notification_id = caller.post().json()["id"]
    database.is_away()

    shown, unknown = caller.get(notification_id), caller.get(uuid.uuid4())

    assert (shown.status_code, shown.json()["status"]) == (200, "created")
    assert shown.json()["body"] == "Hello Jo"
    assert unknown.status_code == 503


def test_another_service_does_not_see_it(caller):
    notification_id = caller.post().json()["id"]

    assert Caller().get(notification_id).status_code == 404


def test_without_redis_a_message_that_is_not_stored_is_404(caller, settings):
    notification_id = caller.post().json()["id"]
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    assert caller.get(notification_id).status_code == 404


def test_a_message_stored_between_two_looks_is_found(caller, run_tasks, monkeypatch):
    notification_id = caller.post().json()["id"]
    fetch = Job.fetch

    def store_meanwhile(*args, **kwargs):
        run_tasks("database")
        return fetch(*args, **kwargs)

    monkeypatch.setattr(Job, "fetch", store_meanwhile)

    assert caller.get(notification_id).status_code == 200
    assert str(Notification.objects.get().id) == notification_id


def test_if_the_queue_refuses_the_message_is_stored_under_its_id(caller, redis, monkeypatch):
    def refuse(self):
        raise RedisConnectionError

    monkeypatch.setattr(Pipeline, "execute", refuse)
    answer = caller.post()
    monkeypatch.undo()

    assert answer.status_code == 201
    assert str(Notification.objects.get().id) == answer.json()["id"]
    assert NotificationHistory.objects.count() == 1
    assert waiting(redis) == []


def test_a_queue_that_took_what_it_refused_makes_no_second_message(
    caller, redis, run_tasks, monkeypatch
):
    execute = Pipeline.execute

    def take_and_refuse(self):
        execute(self)
        raise RedisConnectionError

    monkeypatch.setattr(Pipeline, "execute", take_and_refuse)
    notification_id = caller.post().json()["id"]
    monkeypatch.undo()
    assert waiting(redis) == [notification_id]

    run_tasks("database")

    assert str(Notification.objects.get().id) == notification_id
    assert redis.keys("rq:job:*") == redis.keys("rq:failed:*") == []


def test_a_task_that_is_faster_than_the_second_attempt_makes_no_second_message(
    caller, redis, run_tasks, monkeypatch
):
    execute = Pipeline.execute

    def take_run_and_refuse(self):
        execute(self)
        monkeypatch.setattr(Pipeline, "execute", execute)
        run_tasks("database")
        raise RedisConnectionError

    monkeypatch.setattr(Pipeline, "execute", take_run_and_refuse)
    answer = caller.post()

    assert answer.status_code == 201
    assert str(Notification.objects.get().id) == answer.json()["id"]
    assert len(waiting(redis, "normal")) == 1


def test_if_queue_and_database_refuse_nothing_is_left(caller, redis, no_database, monkeypatch):
    def refuse(self):
        raise RedisConnectionError

    monkeypatch.setattr(Pipeline, "execute", refuse)
    answer = caller.post()
    monkeypatch.undo()

    no_database.is_back()
    assert answer.status_code == 503
    assert (Notification.objects.count(), waiting(redis)) == (0, [])
