import pytest

from notifications.models import PersonRequest
from notifications.support.find import STORES
from notifications.tests.factories import NotificationFactory
from notify_project.models import AuditEvent
from services.tests.api.management.client import support
from services.tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files", "redis", "recorded_tasks")]

JO = "jo@example.com"
WANTED = {"recipients": ["Jo@Example.com", "07700 900123"], "reason": "asked"}
NONE = dict.fromkeys(STORES, 0)


def test_a_person_is_found_in_full_and_the_audit_tells_only_that():
    row = NotificationFactory(email=True)
    account = UserFactory(mobile_number="07700900123")

    status, answer = support().post("/person/find", WANTED)

    assert status == 200
    assert answer["counts"] == {**NONE, "messages": 1, "accounts": 1}
    [message] = answer["found"]["messages"]
    assert (message["id"], message["to"], message["personalisation"]) == (
        str(row.id),
        JO,
        {"name": "Jo"},
    )
    assert answer["found"]["accounts"] == [
        {"id": str(account.id), "state": "active", "platform_admin": False}
    ]
    assert (answer["digests_that_protect"], answer["unreadable_in_redis"]) == (0, 0)
    event = AuditEvent.objects.get(action="find person")
    assert (event.subject_id, event.reason) == (answer["request"], "asked")
    assert event.after["digests"] == PersonRequest.objects.get().digests
    assert "jo" not in str(event.after).lower()


def test_nothing_is_erased_without_confirmation():
    row = NotificationFactory(email=True)

    status, answer = support().post("/person/erase", {**WANTED, "case_reference": "DP-8"})

    row.refresh_from_db()
    assert (status, row.to) == (200, JO)
    assert answer == {
        "erased": False,
        "counts": {**NONE, "messages": 1},
        "certificate": None,
    }


def test_a_person_is_erased_and_the_certificate_names_nobody():
    NotificationFactory(email=True)
    caller = support()

    status, answer = caller.post(
        "/person/erase", {**WANTED, "case_reference": "DP-8", "confirm": True}
    )

    assert status == 200
    certificate = answer.pop("certificate")
    assert answer == {"erased": True, "counts": None}
    assert (certificate["case_reference"], certificate["actor"]) == ("DP-8", str(caller.user.id))
    assert (certificate["erased"]["messages"], certificate["recipients"]) == (1, 2)
    assert "example.com" not in str(certificate)
    assert caller.post("/person/find", WANTED)[1]["counts"] == NONE


@pytest.mark.parametrize(
    ("path", "changed", "message"),
    [
        (
            "find",
            {"recipients": []},
            {"recipients": ["Ensure this field has at least 1 elements."]},
        ),
        ("find", {"recipients": ["London"]}, "Recipient 1 is no email address"),
        ("find", {"reason": ""}, {"reason": ["This field may not be blank."]}),
        ("find", {"reason": "for JO@example.com"}, "must not name the person"),
        ("find", {"confirm": True}, {"confirm": ["There is no such field"]}),
        ("erase", {}, {"case_reference": ["This field is required."]}),
    ],
    ids=["nobody", "not a recipient", "no reason", "named", "other field", "no case"],
)
def test_what_is_wrong_is_refused_and_changes_nothing(path, changed, message):
    NotificationFactory(email=True)

    status, answer = support().post(f"/person/{path}", {**WANTED, **changed})

    assert status == 400
    if isinstance(message, dict):
        assert answer["message"] == message
    else:
        assert message in str(answer["message"])
    assert not PersonRequest.objects.exists()


def test_redis_that_is_away_is_503(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    status, answer = support().post("/person/find", WANTED)

    assert status == 503
    assert "Redis" in str(answer["message"])
