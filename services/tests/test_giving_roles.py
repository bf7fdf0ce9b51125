from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from freezegun import freeze_time

from notify_project import clock
from notify_project.api.errors import Forbidden
from notify_project.models import AuditEvent
from services.giving_roles import (
    InvalidRoles,
    end_early,
    give_for_a_time,
    may_look_after,
    set_roles,
)
from services.models import User
from services.people import InvalidPerson, change_person, set_support_staff
from services.platform_user import platform_user
from services.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator():
    return UserFactory(roles=["administrator"], platform_admin=True)


def fresh(user):
    """Return the person as another request finds them."""
    return User.objects.get(id=user.id)


def test_roles_are_given_with_a_reason_and_audited(administrator):
    user = UserFactory()

    is_new = set_roles(user, ["support", "billing"], actor=administrator, reason="joined")
    again = set_roles(user, ["billing", "support"], actor=administrator, reason="joined")

    event = AuditEvent.objects.get(action="change roles")
    assert (is_new, again) == (True, False)
    assert (fresh(user).roles, fresh(user).is_staff) == (["billing", "support"], True)
    assert (event.before, event.after) == ({"roles": []}, {"roles": ["billing", "support"]})
    assert (event.actor, event.reason) == (administrator, "joined")


def test_a_role_brings_its_rights_and_takes_them_along(administrator):
    user = UserFactory()
    set_roles(user, ["support"], actor=administrator, reason="joined")
    as_support = fresh(user)

    set_roles(user, ["read-only"], actor=administrator, reason="moved")

    assert as_support.has_perm("notifications.view_recipient")
    assert not as_support.has_perm("billing.add_rate")
    assert not fresh(user).has_perm("notifications.view_recipient")
    assert fresh(user).has_perm("notifications.view_notification")


def test_an_administrator_may_do_everything_without_being_marked(administrator):
    assert administrator.has_perm("auth.add_group")
    assert administrator.has_module_perms("billing")
    assert not administrator.is_superuser


def test_an_inactive_administrator_may_do_nothing():
    user = UserFactory(roles=["administrator"], platform_admin=True, state="inactive")

    assert not user.has_perm("services.view_service")


def test_rights_by_hand_stay_besides_roles(administrator):
    user = UserFactory(roles=["billing"], platform_admin=True)
    right = "view_notification"
    user.user_permissions.add(_permission(right))

    assert fresh(user).has_perms(["notifications.view_notification", "billing.add_rate"])


def _permission(codename):
    from django.contrib.auth.models import Permission  # noqa: PLC0415

    return Permission.objects.get(codename=codename)


def test_who_loses_the_role_of_administrator_is_no_superuser_either(administrator):
    user = UserFactory(support=True)

    set_roles(user, ["support"], actor=administrator, reason="less will do")

    assert (fresh(user).is_superuser, fresh(user).roles) == (False, ["support"])
    assert not fresh(user).has_perm("auth.add_group")


@pytest.mark.parametrize("roles", [["administrator"], ["support", "operations"], []])
def test_nobody_changes_their_own_roles(administrator, roles):
    with pytest.raises(Forbidden):
        set_roles(administrator, roles, actor=administrator, reason="me")

    assert fresh(administrator).roles == ["administrator"]


@pytest.mark.parametrize(
    ("before", "wanted"), [([], ["administrator"]), (["billing"], []), ([], ["billing"])]
)
def test_nobody_gives_or_takes_what_they_do_not_have(before, wanted):
    actor = UserFactory(roles=["support"], platform_admin=True)
    actor.user_permissions.add(_permission("change_roles"))
    user = UserFactory(roles=before)

    with pytest.raises(Forbidden):
        set_roles(user, wanted, actor=fresh(actor), reason="r")

    assert fresh(user).roles == before


def test_support_says_nothing_of_roles():
    actor = UserFactory(roles=["support"], platform_admin=True)

    with pytest.raises(Forbidden):
        set_roles(UserFactory(), ["support"], actor=actor, reason="r")


@pytest.mark.parametrize(
    ("roles", "reason"), [(["boss"], "r"), (["support"], "  "), (["support"], "")]
)
def test_what_is_no_role_or_has_no_reason_is_refused(administrator, roles, reason):
    user = UserFactory()

    with pytest.raises(InvalidRoles):
        set_roles(user, roles, actor=administrator, reason=reason)

    assert not AuditEvent.objects.exists()


def test_the_platform_itself_has_no_roles(administrator):
    with pytest.raises(InvalidRoles):
        set_roles(platform_user(), ["support"], actor=administrator, reason="r")


def test_a_role_for_a_time_ends_by_itself(administrator):
    user = UserFactory(roles=["support"], platform_admin=True)

    give_for_a_time(user, "operations", hours=2, actor=administrator, reason="on call")
    during = fresh(user).has_perm("notifications.hold_lanes")
    with freeze_time(clock.now() + timedelta(hours=2, seconds=1)):
        after = fresh(user).has_perm("notifications.hold_lanes")

    assert (during, after) == (True, False)
    assert fresh(user).roles == ["support"]


def test_a_role_for_a_time_can_end_early(administrator):
    user = UserFactory(roles=["support"], platform_admin=True)
    give_for_a_time(user, "operations", hours=2, actor=administrator, reason="on call")

    ended = end_early(user, actor=user, reason="done")
    again = end_early(user, actor=user, reason="done")

    assert (ended, again) == (True, False)
    assert not fresh(user).has_perm("notifications.hold_lanes")


@pytest.mark.parametrize(
    ("role", "hours", "columns"),
    [
        ("administrator", 2, {"platform_admin": True}),
        ("operations", 0, {"platform_admin": True}),
        ("operations", 25, {"platform_admin": True}),
        ("operations", 2, {}),
        ("service-member", 2, {"platform_admin": True}),
    ],
)
def test_what_is_not_given_for_a_time_is_refused(administrator, role, hours, columns):
    user = UserFactory(**columns)

    with pytest.raises(InvalidRoles):
        give_for_a_time(user, role, hours=hours, actor=administrator, reason="r")

    assert fresh(user).temporary_roles == {}


def test_what_ends_by_itself_is_not_passed_on(administrator):
    actor = UserFactory(roles=["support"], platform_admin=True)
    actor.user_permissions.add(_permission("change_roles"))
    give_for_a_time(actor, "operations", hours=2, actor=administrator, reason="on call")

    with pytest.raises(Forbidden):
        set_roles(UserFactory(), ["operations"], actor=fresh(actor), reason="r")


def test_nobody_changes_the_account_of_who_may_do_more(administrator):
    support = UserFactory(roles=["support"], platform_admin=True)

    for change in (
        lambda: change_person(administrator, actor=support, name="Mine now"),
        lambda: set_support_staff(administrator, is_staff=False, actor=support, reason="r"),
    ):
        with pytest.raises(Forbidden):
            change()
    assert may_look_after(administrator, support)
    assert not may_look_after(support, administrator)


def test_who_leaves_the_staff_keeps_no_role(administrator):
    user = UserFactory(roles=["operations"], platform_admin=True)
    give_for_a_time(user, "support", hours=2, actor=administrator, reason="r")

    set_support_staff(user, is_staff=False, actor=administrator, reason="left")

    assert (fresh(user).roles, fresh(user).temporary_roles) == ([], {})
    with pytest.raises(InvalidPerson):
        set_support_staff(administrator, is_staff=False, actor=administrator, reason="r")


def test_the_command_sets_roles_and_gives_one_for_a_time(capsys):
    user = UserFactory(email_address="amala@example.org")

    call_command("set_roles", "Amala@example.org", "read-only", reason="joined")
    call_command("set_roles", "amala@example.org", "support", hours=2, reason="on call")

    assert (fresh(user).roles, sorted(fresh(user).held_roles())) == (
        ["read-only"],
        ["read-only", "support"],
    )
    assert "now: read-only" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        ("nobody@example.org", "support", "--reason=r"),
        ("amala@example.org", "boss", "--reason=r"),
        ("amala@example.org", "support", "--reason= "),
        ("amala@example.org", "support", "billing", "--hours=2", "--reason=r"),
        ("amala@example.org", "support"),
    ],
)
def test_the_command_says_what_is_wrong(arguments):
    UserFactory(email_address="amala@example.org")

    with pytest.raises(CommandError):
        call_command("set_roles", *arguments)
    assert not AuditEvent.objects.exists()


def test_the_commands_of_lost_telephones_and_locks():
    user = UserFactory(email_address="amala@example.org", failed_login_count=10)

    call_command("unlock_person", "amala@example.org", reason="called")
    call_command("reset_two_factor", "amala@example.org", reason="lost it")

    assert fresh(user).failed_login_count == 0
    with pytest.raises(CommandError):
        call_command("reset_two_factor", "amala@example.org", reason=" ")
