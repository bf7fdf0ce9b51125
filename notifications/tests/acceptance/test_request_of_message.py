"""From a message back to the request that made it."""

import json
import uuid

import pytest
from django.test import Client

from notifications.models import Notification
from notifications.tests.acceptance.payloads import queued, storable_payload
from notifications.tests.factories import JobFactory, NotificationFactory
from notifications.tests.world import World, add_service
from notify_project import logs
from templates_app.tests.factories import TemplateFactory

TRACE_ID = "463ac35c9f6413ad48485a3953bb6124"


@pytest.fixture
def world(db, redis, recorded_tasks):
    world = World()
    service = add_service(world, "LIVE", "sms")
    world.add("TEMPLATE", TemplateFactory(service=service, content="Hi"))
    return world


def send(world, **headers):
    body = {"phone_number": "07900900123", "template_id": world.ids["TEMPLATE"]}
    return Client().post(
        "/v2/notifications/sms",
        json.dumps(body),
        content_type="application/json",
        headers=world.headers("K_LIVE") | headers,
    )


def test_a_request_that_we_name_lends_its_id_to_its_message(world):
    answer = send(world)

    row = Notification.objects.get()
    assert answer.json()["id"] == str(row.id)
    assert answer["X-B3-TraceId"] == row.id.hex == row.came_by_request
    assert row.request_id is None


@pytest.mark.parametrize("given", [TRACE_ID, TRACE_ID[:16]])
def test_a_request_that_its_caller_names_is_kept_and_may_come_again(world, given):
    answers = [send(world, **{"X-B3-TraceId": given}) for _ in range(2)]

    rows = Notification.objects.all()
    assert [answer.status_code for answer in answers] == [201, 201]
    assert [row.came_by_request for row in rows] == [given, given]
    assert all(row.id.hex != given for row in rows)


def test_a_caller_who_names_its_request_like_a_message_gets_another_one(world):
    first = send(world).json()["id"]

    second = send(world, **{"X-B3-TraceId": uuid.UUID(first).hex})

    assert second.status_code == 201
    assert second.json()["id"] != first
    assert Notification.objects.get(id=second.json()["id"]).came_by_request == uuid.UUID(first).hex


def test_only_the_first_message_of_a_request_has_its_id():
    own = uuid.uuid4()

    with logs.belonging_to(own.hex, message_id=own):
        first, second = logs.new_message_id(), logs.new_message_id()

    assert first == own
    assert second not in {own, logs.new_message_id()}


@pytest.mark.redis
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("given", [TRACE_ID, None])
def test_a_message_that_is_stored_later_keeps_its_request(redis, run_tasks, given):
    payload = storable_payload()
    with logs.belonging_to(given or payload.id.hex):
        queued(payload)

    run_tasks("database")

    row = Notification.objects.get()
    assert row.came_by_request == (given or payload.id.hex)
    assert (row.request_id is None) == (given is None)


def test_a_row_of_a_job_came_by_no_request_of_its_own(db):
    job = JobFactory()

    row = NotificationFactory(job=job, job_row_number=0, template=job.template)

    assert row.came_by_request == ""


@pytest.mark.parametrize("text", ["", "deliver-x", "z" * 32, "1" * 40])
def test_what_is_no_id_of_a_request_is_not_read_as_one(text):
    assert logs.read_request_id(text) is None
