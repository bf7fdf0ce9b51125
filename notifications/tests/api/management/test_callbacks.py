"""What a service was told, how that went, and telling it again."""

from datetime import UTC, datetime, timedelta

import pytest
from freezegun import freeze_time

from notifications.callbacks import replay as module
from notifications.models import CallbackDelivery
from notifications.tests.factories import CallbackDeliveryFactory
from notify_project.models import AuditEvent
from notify_project.tests.queries import FEW, MANY
from services.callbacks import set_callback
from services.models import ServiceCallbackApi
from services.tests.api.management.client import member
from services.tests.factories import ServiceFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded_tasks")]

NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
WHY = {"reason": "their server was down"}


@pytest.fixture(autouse=True)
def _noon():
    with freeze_time(NOON):
        yield


@pytest.fixture
def service():
    service = ServiceFactory()
    for kind in ("delivery_status", "complaint"):
        url = f"https://8.8.8.8/{kind}"
        set_callback(service, kind, url=url, token="a long token", actor=None)
    return service


@pytest.fixture
def caller(service):
    return member(service, "manage_api_keys")


@pytest.fixture
def path(service):
    callback = ServiceCallbackApi.objects.get(service=service, callback_type="delivery_status")
    return f"/service/{service.id}/callback/{callback.id}/delivery"


def finished(service, state="given-up", at=NOON - HOUR, **columns):
    values = {"state": state, "created_at": at, "finished_at": at, "attempts": 6, **columns}
    return CallbackDeliveryFactory(service=service, **values)


def waiting():
    return set(CallbackDelivery.objects.filter(state="waiting").values_list("id", flat=True))


def listed(caller, path):
    status, answer = caller.get(path)
    assert status == 200
    return [row["id"] for row in answer["data"]]


def test_one_is_shown_with_its_calls_and_without_its_body(service, caller, path):
    row = finished(
        service, payload={"to": "jo@example.com"}, last_response_code=500, last_error="HTTPError"
    )
    for attempt, code in ((1, None), (2, 500)):
        row.attempt_log.create(
            attempt=attempt,
            began_at=NOON - HOUR + attempt * timedelta(minutes=5),
            duration_ms=20,
            response_code=code,
            error="ConnectTimeout" if code is None else "HTTPError",
        )

    status, answer = caller.get(f"{path}/{row.id}")

    assert (status, answer) == (
        200,
        {
            "id": str(row.id),
            "subject_id": str(row.subject_id),
            "event_key": "delivered",
            "state": "given-up",
            "attempts": 6,
            "next_attempt_at": None,
            "last_response_code": 500,
            "last_error": "HTTPError",
            "created_at": "2026-06-10T11:00:00Z",
            "finished_at": "2026-06-10T11:00:00Z",
            "attempt_log": [
                {
                    "attempt": 2,
                    "began_at": "2026-06-10T11:10:00Z",
                    "duration_ms": 20,
                    "response_code": 500,
                    "error": "HTTPError",
                },
                {
                    "attempt": 1,
                    "began_at": "2026-06-10T11:05:00Z",
                    "duration_ms": 20,
                    "response_code": None,
                    "error": "ConnectTimeout",
                },
            ],
        },
    )


def test_a_body_is_shown_to_who_may_see_recipients_and_the_look_is_audited(service, path):
    row = finished(service, payload={"to": "jo@example.com"})
    caller = member(service, "manage_api_keys", "view_activity", scope="read")

    status, answer = caller.get(f"{path}/{row.id}/payload")

    assert (status, answer) == (200, {"payload": {"to": "jo@example.com"}})
    event = AuditEvent.objects.get(action="look at callback payload")
    assert (event.actor, event.service_id, event.subject_id) == (
        caller.user,
        service.id,
        str(row.id),
    )
    assert (event.before, event.after) == (None, None)


def test_they_are_listed_by_state_subject_and_time_the_newest_first(service, caller, path):
    old, new = finished(service, at=NOON - 3 * HOUR), finished(service, "done")
    finished(service, callback_type="complaint")
    finished(ServiceFactory())

    assert listed(caller, path) == [str(new.id), str(old.id)]
    assert listed(caller, f"{path}?state=given-up") == [str(old.id)]
    assert listed(caller, f"{path}?subject_id={new.subject_id}") == [str(new.id)]
    assert listed(caller, f"{path}?since=2026-06-10T11:00:00Z") == [str(new.id)]
    assert listed(caller, f"{path}?until=2026-06-10T11:00:00Z") == [str(old.id)]
    assert caller.get(f"{path}?state=lost")[0] == 400
    assert caller.get(f"{path}?since=yesterday")[0] == 400


def test_pages_follow_each_other_and_cost_the_same(
    service, caller, path, django_assert_max_num_queries
):
    for number in range(MANY):
        finished(service, at=NOON - number * HOUR)

    with django_assert_max_num_queries(8):
        _, first = caller.get(f"{path}?page_size={FEW}")
    with django_assert_max_num_queries(8):
        _, rest = caller.get(f"{path}?page_size={MANY}")
    _, second = caller.get(first["links"]["next"])

    assert first["data"] + second["data"] == rest["data"][: 2 * FEW]
    assert len(rest["data"]) == MANY
    assert rest["links"]["next"] is None


def test_an_address_of_another_service_is_not_there(service, caller, path):
    other = ServiceFactory()
    set_callback(other, "complaint", url="https://8.8.8.8/theirs", token="a long token", actor=None)
    theirs = ServiceCallbackApi.objects.get(service=other)

    wrong = f"/service/{service.id}/callback/{theirs.id}/delivery"

    assert caller.get(wrong)[0] == 404
    assert caller.post(f"{wrong}/replay", {"state": "done", **WHY})[0] == 404


@pytest.mark.parametrize(
    "choice",
    [
        pytest.param(lambda row: {"ids": [str(row.id)]}, id="ids"),
        pytest.param(lambda row: {"state": "done"}, id="state"),
        pytest.param(
            lambda row: {"since": "2026-06-10T09:30:00Z", "until": "2026-06-10T10:30:00Z"},
            id="period",
        ),
    ],
)
def test_what_is_chosen_is_told_again(service, caller, path, choice):
    row = finished(service, "done", at=NOON - 2 * HOUR)
    finished(service)
    finished(service, "done", at=NOON - 2 * HOUR, callback_type="complaint")
    finished(ServiceFactory(), "done", at=NOON - 2 * HOUR)

    status, answer = caller.post(f"{path}/replay", {**choice(row), **WHY})

    assert (status, answer) == (200, {"count": 1, "note": ""})
    assert waiting() == {row.id}
    event = AuditEvent.objects.get(action="replay callbacks")
    assert (event.actor, event.service_id, event.reason) == (
        caller.user,
        service.id,
        "their server was down",
    )
    assert event.after["count"] == 1


def test_what_still_waits_is_not_counted_and_what_is_gone_is_said(service, caller, path):
    row = CallbackDeliveryFactory(service=service)

    _, of_ids = caller.post(f"{path}/replay", {"ids": [str(row.id)], **WHY})
    _, of_long_ago = caller.post(f"{path}/replay", {"since": "2026-06-01T00:00:00Z", **WHY})

    assert of_ids == {"count": 0, "note": ""}
    assert of_long_ago["count"] == 0
    assert "kept for 7 days" in of_long_ago["note"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        pytest.param(WHY, "Say which", id="everything"),
        pytest.param({"state": "given-up"}, "required", id="no reason"),
        pytest.param({"state": "given-up", "reason": " "}, "blank", id="an empty reason"),
        pytest.param({"state": "waiting", **WHY}, "not a valid choice", id="what waits"),
        pytest.param({"since": "yesterday", **WHY}, "wrong format", id="no time"),
        pytest.param({"ids": ["7"], **WHY}, "valid UUID", id="no id"),
        pytest.param({"until": "2026-06-11T00:00:00Z", **WHY}, "more than 1 calls", id="too much"),
        pytest.param(
            {"ids": ["6af522d0-2915-4e52-83a3-3690455a5fe6"], **WHY}, "no such call", id="unknown"
        ),
        pytest.param({"service_id": "x", **WHY}, "no such field", id="another service"),
    ],
)
def test_a_careless_replay_is_refused_and_changes_nothing(
    service, caller, path, monkeypatch, body, words
):
    monkeypatch.setattr(module, "MOST_AT_ONCE", 1)
    finished(service), finished(service)

    status, answer = caller.post(f"{path}/replay", body)

    assert status == 400
    assert words in str(answer["message"])
    assert waiting() == set()
    assert not AuditEvent.objects.filter(action="replay callbacks").exists()
