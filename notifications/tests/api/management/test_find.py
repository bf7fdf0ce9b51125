"""Finding anything for a program of the support staff."""

import pytest

from notifications.tests.factories import NotificationFactory
from notify_project.models import AuditEvent
from services.tests.api.management.client import member, support

pytestmark = pytest.mark.django_db


def test_a_message_is_found_by_its_reference():
    row = NotificationFactory(client_reference="order 7")

    status, answer = support().post("/find", {"term": "order 7"})

    assert status == 200
    [hit] = answer["found"]
    assert (hit["kind"], hit["id"], hit["service"]) == (
        *("notification", str(row.id), str(row.service_id)),
    )
    assert (hit["recipient"], hit["state"]) == ("••• 123", "created")
    assert (answer["more"], answer["needs_reason"]) == ([], False)


def test_a_recipient_takes_a_reason():
    row = NotificationFactory(to="07700900123")

    without = support().post("/find", {"term": "07700 900123"})[1]
    found = support().post("/find", {"term": "07700 900123", "reason": "ticket 7"})[1]

    assert (without["found"], without["needs_reason"]) == ([], True)
    assert [hit["id"] for hit in found["found"]] == [str(row.id)]
    assert AuditEvent.objects.get(action="find recipient").reason == "ticket 7"


@pytest.mark.parametrize("body", [{}, {"term": ""}, {"term": "x"}, {"term": "x y", "who": "z"}])
def test_what_cannot_be_looked_for_is_refused(body):
    assert support().post("/find", body)[0] == 400


def test_others_find_nothing():
    row = NotificationFactory()

    assert member(row.service, "view_activity").post("/find", {"term": str(row.id)})[0] == 403
