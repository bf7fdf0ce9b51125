"""What people texted to a service."""

from datetime import UTC, datetime, timedelta

import pytest
from freezegun import freeze_time

from notifications.tests.factories import InboundSmsFactory
from notify_project.models import AuditEvent
from services.tests.api.management.client import member
from services.tests.factories import ServiceFactory

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _noon():
    with freeze_time(NOON):
        yield


@pytest.fixture
def service():
    return ServiceFactory()


@pytest.fixture
def caller(service):
    return member(service, "view_activity", scope="read")


def test_texts_are_listed_the_newest_first_while_they_are_kept(
    service, caller, django_assert_max_num_queries
):
    old = InboundSmsFactory(service=service, created_at=NOON - timedelta(days=2))
    new = InboundSmsFactory(service=service, content="No thank you")
    # Whether or not the night has deleted it.
    gone = InboundSmsFactory(service=service, created_at=NOON - timedelta(days=9))
    InboundSmsFactory()
    path = f"/service/{service.id}/inbound-sms"

    with django_assert_max_num_queries(6):
        status, answer = caller.get(path)

    assert (status, [row["id"] for row in answer["data"]]) == (200, [str(new.id), str(old.id)])
    assert answer["data"][0] == {
        "id": str(new.id),
        "created_at": "2026-06-10T12:00:00Z",
        "notify_number": "07700900456",
        "user_number": "447700900123",
        "content": "No thank you",
    }
    assert caller.get(f"{path}/{old.id}")[1] == answer["data"][1]
    assert caller.get(f"{path}/{gone.id}")[0] == 404
    assert caller.get(f"{path}?until=2026-06-09T00:00:00Z")[1]["data"] == [answer["data"][1]]


@pytest.mark.parametrize(
    ("stored", "asked"),
    [
        pytest.param("447700900999", "07700 900999", id="as it is dialled"),
        pytest.param("447700900999", "%2B447700900999", id="with its country"),
        pytest.param("Library", "Library", id="no number"),
    ],
)
def test_one_sender_s_texts_are_found_and_the_audit_does_not_say_whose(
    service, caller, stored, asked
):
    theirs = InboundSmsFactory(service=service, user_number=stored)
    InboundSmsFactory(service=service)
    InboundSmsFactory(user_number=stored)

    _, answer = caller.get(f"/service/{service.id}/inbound-sms?sender={asked}")

    assert [row["id"] for row in answer["data"]] == [str(theirs.id)]
    event = AuditEvent.objects.get(action="search received texts")
    assert (event.actor, event.service_id, event.subject_id) == (
        caller.user,
        service.id,
        str(service.id),
    )
    assert stored not in str([event.before, event.after, event.reason])
