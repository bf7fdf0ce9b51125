"""Reading what is accepted and not stored yet."""

import uuid

import pytest
from rq.job import Job

from notifications.models import Notification
from notifications.tests.api.queue_first import Caller

pytestmark = [pytest.mark.redis, pytest.mark.django_db(transaction=True)]


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
