"""Who did what, to be read."""

from datetime import UTC, datetime, timedelta

import pytest

from notify_project.models import AuditEvent
from services.tests.api.management.client import member, support
from services.tests.factories import ServiceFactory, UserFactory

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)


def event(number=0, **columns):
    values = {
        "actor_kind": "system",
        "action": "change limits",
        "subject_type": "services.service",
        "subject_id": "7",
        "created_at": NOON + timedelta(hours=number),
    }
    return AuditEvent.objects.create(**{**values, **columns})


def listed(caller, path):
    status, answer = caller.get(path)
    assert status == 200
    return {row["id"] for row in answer["data"]}


def test_an_event_is_shown_whole():
    actor, service = UserFactory(support=True), ServiceFactory()
    row = event(
        actor=actor,
        actor_kind="support",
        service_id=service.id,
        before={"rate_limit": 1},
        after={"rate_limit": 2},
        reason="asked for",
        request_id="463ac35c9f6413ad",
    )
    shown = {
        "id": str(row.id),
        "created_at": "2026-06-10T12:00:00Z",
        "action": "change limits",
        "actor": str(actor.id),
        "actor_kind": "support",
        "service": str(service.id),
        "subject_type": "services.service",
        "subject_id": "7",
        "before": {"rate_limit": 1},
        "after": {"rate_limit": 2},
        "reason": "asked for",
        "request_id": "463ac35c9f6413ad",
    }

    assert support().get(f"/audit-event/{row.id}") == (200, shown)
    caller = member(service, "manage_settings", scope="read")
    assert caller.get(f"/service/{service.id}/audit-event/{row.id}") == (200, shown)


def test_events_are_found_by_all_that_they_say(django_assert_max_num_queries):
    caller, service, actor = support(), ServiceFactory(), UserFactory()
    wanted = event(
        1,
        actor=actor,
        actor_kind="user",
        action="revoke",
        service_id=service.id,
        subject_type="services.apikey",
        subject_id="8",
        request_id="463ac35c9f6413ad",
    )
    event(), event(2)

    for query in (
        f"service={service.id}",
        f"actor={actor.id}",
        "action=revoke",
        "subject=8",
        "subject_type=services.apikey",
        "request_id=463ac35c9f6413ad",
        "since=2026-06-10T12:30:00Z&until=2026-06-10T13:30:00Z",
    ):
        with django_assert_max_num_queries(3):
            assert listed(caller, f"/audit-event?{query}") == {str(wanted.id)}, query
    assert caller.get("/audit-event?actor=me")[0] == 400
    assert caller.get("/audit-event?since=yesterday")[0] == 400


def test_pages_go_on_where_the_last_one_ended():
    caller = support()
    rows = [event(number) for number in range(3)]

    _, first = caller.get("/audit-event?page_size=2&action=change limits")
    _, second = caller.get(first["links"]["next"])

    found = [row["id"] for row in first["data"] + second["data"]]
    assert found == [str(row.id) for row in reversed(rows)]


def test_a_service_s_events_are_its_own_and_nobody_writes_any():
    service = ServiceFactory()
    caller, staff = member(service, "manage_settings"), support()
    own, other = event(service_id=service.id), event(service_id=ServiceFactory().id)
    path = f"/service/{service.id}/audit-event"

    assert str(own.id) in listed(caller, path)
    assert str(other.id) not in listed(caller, path)
    assert caller.get(f"{path}/{other.id}")[0] == 404
    for method, url in (("post", path), ("delete", f"{path}/{own.id}"), ("post", "/audit-event")):
        assert staff.ask(method, url)[0] == 405


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        ("2026-06-10T12:00:00-19:33", (200, 0)),
        ("2026-06-10T12:00:00%2B23:59", (200, 1)),
        ("0001-01-01T00:00:00%2B23:59", (400, None)),
        ("9999-12-31T23:59:59-23:59", (400, None)),
    ],
    ids=["far west", "far east", "before all times", "after all times"],
)
def test_an_instant_may_be_written_with_any_difference(since, expected):
    event()

    status, answer = support().get(f"/audit-event?since={since}&subject=7")

    assert (status, len(answer["data"]) if status == 200 else None) == expected
