import uuid

import pytest
from django.db import connection

from notifications.models import Notification
from notifications.tests.factories import NotificationFactory
from notifications.tests.receipts.letter_events import POSTED, call, event
from notify_project import queues

ID = uuid.UUID("3f1c8f6e-0a3b-4c7e-9a1b-0d7f6a5b4c3d")
NO_TOKEN = "A valid token must be provided in the query string"


def messages(response):
    return [each["message"] for each in response.json()["errors"]]


def test_a_report_is_queued_and_answered(recorded_tasks):
    response = call(event(ID), ID)

    assert (response.status_code, response.content) == (204, b"")
    [task] = recorded_tasks
    assert (task.queue, task.function) == ("receipts", "apply_letter_report")
    assert task.args == (
        str(ID),
        "delivered",
        "2",
        "b5d9b2bd-6e8f-4275-bdd3-c8086fe09c52",
        "0",
        str(ID),
    )


def test_a_letter_that_is_refused_needs_no_despatch_properties(recorded_tasks):
    response = call(event(ID, "REJECTED", None), ID)

    assert response.status_code == 204
    assert recorded_tasks[0].args[:3] == (str(ID), "technical-failure", "")


def test_what_a_printer_adds_is_neither_refused_nor_queued(recorded_tasks):
    body = event(ID, "REJECTED", None, comment="Jo Bloggs, 1 High Street")
    body["metadata"]["correlationId"] = "Jo Bloggs"

    assert call(body, ID).status_code == 204
    assert recorded_tasks[0].args == (str(ID), "technical-failure", "", "", "0", str(ID))


@pytest.mark.parametrize("token", ["", "x", "a:b:c"])
def test_without_a_token_of_ours_it_is_403(recorded_tasks, token):
    response = call(event(ID), token=token)

    assert response.status_code == 403
    assert response.json() == {
        "status_code": 403,
        "errors": [{"error": "BadRequestError", "message": NO_TOKEN}],
    }
    assert recorded_tasks == []


def test_a_token_of_another_letter_is_400(recorded_tasks):
    response = call(event(ID), uuid.uuid4())

    assert response.status_code == 400
    assert messages(response) == [
        "Notification ID in letter callback data does not match ID in token"
    ]
    assert recorded_tasks == []


def without(name):
    body = event(ID)
    del body["data"][name]
    return body


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, ["data is a required property"]),
        ([], ["data is a required property"]),
        ({"data": 5}, ["data 5 is not of type object"]),
        (without("jobId"), ["data jobId is a required property"]),
        (without("jobStatus"), ["data jobStatus is a required property"]),
        (without("transitionDate"), ["data transitionDate is a required property"]),
        (without("despatchProperties"), ["data despatchProperties is a required property"]),
        (event("x"), ["data jobId is not a valid UUID"]),
        (event(ID, "LOST"), ["data LOST is not one of [DESPATCHED, REJECTED]"]),
        (event(ID, transitionDate="Monday"), ["data transitionDate is not a date and time"]),
        (
            event(ID, properties={"totalSheets": "two"}),
            [
                "data despatchProperties lacks postageClass",
                "data despatchProperties lacks mailingProduct",
                "data despatchProperties totalSheets is not a number",
            ],
        ),
        (b"no JSON", ["Invalid JSON supplied in POST data"]),
    ],
)
def test_a_body_that_is_no_report_is_400_and_says_what_is_wrong(recorded_tasks, body, said):
    response = call(body, ID)

    assert response.status_code == 400
    assert messages(response) == said
    assert recorded_tasks == []


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_only_posts_are_taken(client, method):
    response = getattr(client, method)("/notifications/letter/status")

    assert (response.status_code, response["Allow"]) == (405, "POST, OPTIONS")


@pytest.mark.django_db(transaction=True)
def test_without_a_queue_a_report_is_applied_at_once(monkeypatch):
    monkeypatch.setattr(queues, "intercept", None)
    row = NotificationFactory(letter=True, status="sending", billable_units=2)

    response = call(event(row.id, properties=POSTED), row.id)

    assert response.status_code == 204
    assert Notification.objects.get().status == "delivered"


@pytest.mark.django_db(transaction=True)
def test_without_queue_and_database_the_printer_is_asked_to_come_back(monkeypatch, settings):
    monkeypatch.setattr(queues, "intercept", None)
    connection.close()
    settings.DATABASES["default"]["PORT"], port = "1", settings.DATABASES["default"]["PORT"]
    try:
        response = call(event(ID), ID)
    finally:
        settings.DATABASES["default"]["PORT"] = port
        connection.close()

    assert response.status_code == 503
