"""Numbers that people can text to."""

import pytest

from notify_project.models import AuditEvent
from services.creating import archive_service
from services.inbound_numbers import allocate_number, archive_number
from services.models import InboundNumber, ServicePermission
from services.tests.api.management.client import member, support
from services.tests.factories import InboundNumberFactory, ServiceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff():
    return support()


def numbers(caller, query=""):
    return [row["number"] for row in caller.get(f"/inbound-number{query}")[1]["data"]]


def test_a_list_of_numbers_is_loaded(staff):
    wanted = {"numbers": ["07700900002", "07700900001"], "provider": "mmg", "reason": "bought"}

    status, answer = staff.post("/inbound-number", wanted)

    assert status == 201
    assert numbers(staff) == ["07700900001", "07700900002"]
    first = answer["data"][0]
    assert {name: first[name] for name in ("number", "provider", "service", "active")} == {
        "number": "07700900001",
        "provider": "mmg",
        "service": None,
        "active": True,
    }
    events = AuditEvent.objects.filter(action="add inbound number", actor=staff.user)
    assert [event.reason for event in events] == ["bought", "bought"]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        pytest.param({"numbers": ["07700900001", "0770"]}, "not a number like", id="no number"),
        pytest.param({"numbers": ["07700900001", "07700900007"]}, "exists already", id="known"),
        pytest.param({"numbers": ["07700900001"] * 2}, "exists already", id="twice"),
        pytest.param({"numbers": []}, "empty", id="none"),
        pytest.param({"provider": "pigeon"}, "these do: ", id="no provider"),
    ],
)
def test_a_list_with_a_wrong_number_changes_nothing(staff, wrong, words):
    InboundNumberFactory(number="07700900007")
    wanted = {"numbers": ["07700900001"], "provider": "mmg", **wrong}

    status, answer = staff.post("/inbound-number", wanted)

    assert (status, words in str(answer["message"])) == (400, True), answer
    assert numbers(staff) == ["07700900007"]


def test_free_taken_and_archived_numbers_are_told_apart(staff, django_assert_max_num_queries):
    free, taken, gone = (InboundNumberFactory() for _ in range(3))
    service = ServiceFactory()
    allocate_number(service, taken.number, actor=None)
    archive_number(gone, actor=None)

    with django_assert_max_num_queries(3):
        assert len(numbers(staff)) == 3
    assert numbers(staff, "?state=free") == [free.number]
    assert numbers(staff, "?state=taken") == [taken.number]
    assert numbers(staff, f"?service={service.id}") == [taken.number]
    assert numbers(staff, "?state=archived") == [gone.number]
    assert staff.get("/inbound-number?state=lost")[0] == 400


def test_a_service_is_given_a_number_and_loses_it(staff):
    first, second = InboundNumberFactory(), InboundNumberFactory()
    service = ServiceFactory()
    path, anyone = f"/service/{service.id}/inbound-number", member(service)

    before = anyone.get(path)[0]
    _, named = staff.post(path, {"number": second.number, "reason": "asked for"})
    twice, _ = staff.post(path)
    _, shown = anyone.get(path)
    released = staff.delete(path)
    _, any_number = staff.post(path, {"number": None})

    assert (before, named["number"], twice) == (404, second.number, 400)
    assert shown == named
    assert released == (204, None)
    assert any_number["number"] == first.number
    assert staff.delete(f"/service/{ServiceFactory().id}/inbound-number")[0] == 404
    actions = AuditEvent.objects.filter(service_id=service.id, actor=staff.user)
    assert list(actions.order_by("created_at").values_list("action", "reason")) == [
        ("allocate inbound number", "asked for"),
        ("release inbound number", ""),
        ("allocate inbound number", ""),
    ]


def test_a_number_that_cannot_be_given_is_a_conflict(staff):
    taken = InboundNumberFactory()
    allocate_number(ServiceFactory(), taken.number, actor=None)
    service = ServiceFactory()

    for body in ({"number": taken.number}, {"number": "07700900999"}, {}):
        assert staff.post(f"/service/{service.id}/inbound-number", body)[0] == 409
    assert not ServicePermission.objects.filter(service=service, permission="inbound_sms").exists()


def test_the_number_of_an_archived_service_is_released_and_given_up(staff):
    row, service = InboundNumberFactory(), ServiceFactory()
    allocate_number(service, row.number, actor=None)
    archive_service(service, actor=None)
    path = f"/inbound-number/{row.id}"

    _, released = staff.post(f"{path}/release", {"reason": "the service is gone"})
    again, _ = staff.post(f"{path}/release")
    _, archived = staff.post(f"{path}/archive")

    assert (released["service"], again, archived["active"]) == (None, 400, False)
    assert not InboundNumber.objects.free().exists()
