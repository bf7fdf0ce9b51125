"""People's accounts."""

import time

import jwt
import pytest
from django.test import Client

from notify_project.models import AuditEvent
from services import members, personal_tokens
from services.models import User
from services.platform_user import platform_user
from services.tests.api.management.client import member, person, support
from services.tests.factories import ServiceFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff():
    return support()


def test_an_account_is_made_found_by_its_address_and_opened_with_a_token(staff):
    wanted = {"name": " Amala ", "email_address": "Amala@Example.org", "mobile_number": None}

    status, made = staff.post("/user", wanted)
    _, found = staff.get("/user?email_address=AMALA@example.org")

    created_at = made.pop("created_at")
    user = User.objects.get(id=made["id"])
    assert (status, created_at is not None) == (201, True)
    assert made == {
        "id": str(user.id),
        "name": "Amala",
        "email_address": "amala@example.org",
        "mobile_number": None,
        "state": "active",
        "platform_admin": False,
        "roles": [],
        "updated_at": None,
    }
    assert [row["id"] for row in found["data"]] == [made["id"]]
    assert not user.has_usable_password()
    assert user.password not in str(found)
    assert person(user).get("/user/me")[0] == 200
    event = AuditEvent.objects.get(action="create person")
    assert (event.actor, event.subject_id, event.after) == (staff.user, made["id"], None)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        pytest.param({"name": None}, "null", id="no name"),
        pytest.param({"name": "\u200b"}, "characters", id="a name that nobody sees"),
        pytest.param({"name": "A\u2028B"}, "one line", id="two lines"),
        pytest.param({"email_address": "nobody"}, "valid email", id="no address"),
        pytest.param({"email_address": "TAKEN@example.org"}, "already", id="taken"),
        pytest.param({"mobile_number": "12"}, "digits", id="no number"),
        pytest.param({"mobile_number": "0 7 7 0 0 9 0 0 1 2 3" + "()" * 20}, "30", id="too long"),
        pytest.param({"password": "x"}, "no such field", id="a password"),
    ],
)
def test_an_account_that_cannot_be_is_refused(staff, body, words):
    UserFactory(email_address="taken@example.org")
    before = User.objects.count()

    wanted = {"name": "A", "email_address": "a@example.org", **body}
    status, answer = staff.post("/user", wanted)

    assert (status, words in str(answer["message"])) == (400, True), answer
    assert User.objects.count() == before


def test_a_change_is_audited_without_what_is_personal(staff):
    user = UserFactory(name="Ben", email_address="ben@example.org")
    members.add_member(ServiceFactory(), user, actor=None)
    wanted = {"name": "Benjamin", "mobile_number": "07700 900123", "state": "inactive"}

    status, answer = staff.patch(f"/user/{user.id}", wanted)
    again = staff.patch(f"/user/{user.id}", wanted)

    assert (status, {name: answer[name] for name in wanted}) == (200, wanted)
    assert again == (200, answer)
    event = AuditEvent.objects.get(action="change person")
    assert event.before == {"name": "not kept", "mobile_number": "not kept", "state": "active"}
    assert event.after == {"name": "not kept", "mobile_number": "not kept", "state": "inactive"}


def test_who_becomes_inactive_is_out_at_once(staff):
    user = UserFactory(support=True)
    caller, browser = person(user), Client()
    browser.force_login(user)
    assert browser.get("/user").status_code == 200

    staff.patch(f"/user/{user.id}", {"state": "inactive"})

    assert caller.get("/user/me")[0] == 403
    assert browser.get("/user").status_code == 401


@pytest.mark.parametrize(
    "body",
    [{"state": "gone"}, {"state": None}, {"email_address": "other@example.org"}, {"name": ""}],
    ids=["no state", "null", "another address", "no name"],
)
def test_a_change_that_cannot_be_is_refused(staff, body):
    user = UserFactory()

    assert staff.patch(f"/user/{user.id}", body)[0] == 400
    assert not AuditEvent.objects.filter(action="change person").exists()


def test_a_person_joins_the_support_staff_and_leaves_it_for_a_reason(staff):
    user = UserFactory()
    path = f"/user/{user.id}/support-staff"
    caller = person(user)

    silent, _ = staff.post(path, {"platform_admin": True})
    _, joined = staff.post(path, {"platform_admin": True, "reason": "joined us"})
    while_in_it = caller.get("/user")[0]
    User.objects.filter(id=user.id).update(is_superuser=True)
    _, left = staff.post(path, {"platform_admin": False, "reason": "left us"})

    assert (silent, joined["platform_admin"], left["platform_admin"]) == (400, True, False)
    assert (while_in_it, caller.get("/user")[0]) == (200, 403)
    assert not User.objects.get(id=user.id).is_superuser
    events = AuditEvent.objects.filter(action="change support staff").order_by("created_at")
    assert [(event.reason, event.before, event.after) for event in events] == [
        ("joined us", {"platform_admin": False}, {"platform_admin": True}),
        ("left us", {"platform_admin": True}, {"platform_admin": False}),
    ]


def test_nobody_shuts_themselves_out_and_nobody_changes_the_platform(staff):
    own, platform = f"/user/{staff.user.id}", f"/user/{platform_user().id}"
    why = {"reason": "r"}

    assert staff.patch(own, {"state": "inactive"})[0] == 400
    assert staff.post(f"{own}/support-staff", {"platform_admin": False, **why})[0] == 400
    assert staff.patch(platform, {"state": "active"})[0] == 400
    assert staff.post(f"{platform}/support-staff", {"platform_admin": True, **why})[0] == 400
    assert staff.get("/user/me")[1]["platform_admin"]


def test_people_see_themselves_and_what_they_may_where():
    service, other = ServiceFactory(name="Libraries"), ServiceFactory(name="Parks")
    caller = member(service, "manage_users", "view_activity", scope="read")
    members.add_member(other, caller.user, actor=None)
    members.add_member(other, UserFactory(), actor=None)
    only = personal_tokens.issue(caller.user, "one", actor=None, service=other).shown_once

    _, me = caller.get("/user/me")
    _, services = caller.get("/user/me/service")
    caller.token = only
    _, of_one = caller.get("/user/me/service")

    assert (me["id"], me["email_address"]) == (str(caller.user.id), caller.user.email_address)
    assert services["data"] == [
        {
            "service": str(service.id),
            "name": "Libraries",
            "active": True,
            "permissions": ["manage_users", "view_activity"],
        },
        {"service": str(other.id), "name": "Parks", "active": True, "permissions": []},
    ]
    assert [row["name"] for row in of_one["data"]] == ["Parks"]


def test_a_page_of_services_takes_no_more_questions_with_more_of_them(
    staff, django_assert_max_num_queries
):
    user = UserFactory()
    for _ in range(6):
        members.add_member(ServiceFactory(), user, actor=None, permissions=["view_activity"])

    with django_assert_max_num_queries(4):
        _, answer = staff.get(f"/user/{user.id}/service")
    with django_assert_max_num_queries(3):
        people = staff.get("/user?platform_admin=false&state=active")[1]["data"]

    assert len(answer["data"]) == 6
    assert [row["id"] for row in people] == [str(user.id)]


def test_a_program_has_no_account(settings, client):
    settings.INTERNAL_API_SECRET = "a secret of at least thirty-two bytes"
    from_program = {"HTTP_AUTHORIZATION": f"Bearer {_signed(settings.INTERNAL_API_SECRET)}"}

    for path in ("/user/me", "/user/me/service"):
        answer = client.get(path, **from_program)
        assert (answer.status_code, answer.json()["message"]) == (403, "A program has no account")


def _signed(secret):
    return jwt.encode({"iss": "notify-admin", "iat": int(time.time())}, secret, "HS256")
