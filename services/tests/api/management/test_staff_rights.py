"""What roles let the support staff do through the management API."""

import pytest

from notify_project.models import AuditEvent
from services.models import User
from services.tests.api.management.client import member, person, support
from services.tests.factories import ServiceFactory, UserFactory

pytestmark = pytest.mark.django_db


def with_roles(*roles, **columns):
    return person(UserFactory(roles=list(roles), platform_admin=True, **columns))


@pytest.mark.parametrize(
    ("role", "status"),
    [("administrator", 200), ("support", 200), ("operations", 403), ("read-only", 403)],
)
def test_messages_are_read_by_who_may_see_recipients(role, status):
    service = ServiceFactory()

    assert with_roles(role).get(f"/service/{service.id}/notifications")[0] == status


def test_who_had_no_role_yet_sees_no_recipients_but_goes_on_with_the_rest():
    caller, service = person(UserFactory(platform_admin=True)), ServiceFactory()

    status, body = caller.get(f"/service/{service.id}/notifications")

    assert (status, body["message"]) == (403, "The right notifications.view_recipient is needed")
    assert caller.get(f"/service/{service.id}")[0] == 200
    assert caller.post("/organisation", {"name": "Council"})[0] == 201


@pytest.mark.parametrize("make", ["support", "member"])
def test_every_look_of_a_person_is_audited(make):
    service = ServiceFactory()
    caller = support() if make == "support" else member(service, "view_activity")

    caller.get(f"/service/{service.id}/notifications")

    event = AuditEvent.objects.get(action="look at messages")
    assert (event.actor, event.service_id) == (caller.user, service.id)
    assert event.subject_id == str(service.id)


def test_a_look_that_is_refused_is_no_look():
    service = ServiceFactory()

    with_roles("read-only").get(f"/service/{service.id}/notifications")

    assert not AuditEvent.objects.filter(action__startswith="look").exists()


@pytest.mark.parametrize(
    ("role", "status"),
    [("administrator", 201), ("support", 201), ("operations", 403), ("billing", 403)],
)
def test_organisations_are_made_by_who_may_on_pages(role, status):
    assert with_roles(role).post("/organisation", {"name": "Council"})[0] == status


@pytest.mark.parametrize("role", ["read-only", "operations", "billing", "support"])
def test_people_are_changed_by_administrators_alone(role):
    caller, user = with_roles(role), UserFactory()
    why = {"reason": "r"}

    answers = [
        caller.patch(f"/user/{user.id}", {"name": "New"})[0],
        caller.post(f"/user/{user.id}/roles", {"roles": ["administrator"], **why})[0],
        caller.post(f"/user/{user.id}/support-staff", {"platform_admin": True, **why})[0],
        caller.post(f"/user/{user.id}/reset-two-factor", why)[0],
    ]

    assert answers == [403] * 4
    assert User.objects.get(id=user.id).roles == []


def test_roles_are_given_shown_and_taken():
    caller, user = support(), UserFactory()
    path = f"/user/{user.id}"

    _, given = caller.post(f"{path}/roles", {"roles": ["read-only"], "reason": "joined"})
    _, more = caller.post(
        f"{path}/role-for-a-time", {"role": "support", "hours": 2, "reason": "on call"}
    )
    _, taken = caller.post(f"{path}/roles", {"roles": [], "reason": "left"})

    assert (given["roles"], given["platform_admin"]) == (["read-only"], True)
    assert more["roles"] == ["read-only", "support"]
    assert (taken["roles"], taken["platform_admin"]) == ([], False)


@pytest.mark.parametrize(
    ("step", "body"),
    [
        ("roles", {"roles": ["boss"], "reason": "r"}),
        ("roles", {"roles": "support", "reason": "r"}),
        ("roles", {"roles": ["support"]}),
        ("roles", {"roles": ["support"], "reason": " "}),
        ("role-for-a-time", {"role": "support", "hours": 0, "reason": "r"}),
        ("role-for-a-time", {"role": "administrator", "hours": 2, "reason": "r"}),
        ("unlock", {}),
    ],
)
def test_what_cannot_be_is_refused(step, body):
    user = UserFactory()

    assert support().post(f"/user/{user.id}/{step}", body)[0] == 400
    assert not AuditEvent.objects.filter(action="change roles").exists()


def test_support_unlocks_and_an_administrator_resets_factors():
    user, why = UserFactory(failed_login_count=10), {"reason": "called"}

    assert with_roles("support").post(f"/user/{user.id}/unlock", why)[0] == 200
    assert support().post(f"/user/{user.id}/reset-two-factor", why)[0] == 200
    assert User.objects.get(id=user.id).failed_login_count == 0


def test_nobody_changes_their_own_roles():
    caller = support()

    path = f"/user/{caller.user.id}/roles"
    assert caller.post(path, {"roles": [], "reason": "r"})[0] == 403
