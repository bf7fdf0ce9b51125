"""Every right of the platform is somebody's, and every right of a role is one that there is."""

import pytest
from django.contrib.auth.models import Permission

from services.models.member_permission import MemberPermission
from services.roles import MEMBER_RIGHTS, RIGHTS, SENTENCES, Role, rights_of, rights_of_member

# Of pages that do not exist in every version: a role names them all the same.
AWAITED = frozenset(
    {
        "notifications.hold_sending",
        "notifications.bulk_act",
        "notifications.replay_notification",
        "notifications.fail_notification",
        "notifications.view_hold",
        "notifications.view_bulkaction",
        "notifications.view_deliveryevent",
        "notifications.view_reportrequest",
        "notifications.add_reportrequest",
    }
)


def test_every_right_of_a_role_exists(db):
    rows = Permission.objects.values_list("content_type__app_label", "codename")
    known = {f"{app}.{codename}" for app, codename in rows}

    named = rights_of(Role) | rights_of_member(MemberPermission.Name.values)

    assert named - known - AWAITED == set()


def test_every_role_has_a_sentence_and_every_permission_of_members_is_thought_of():
    assert set(SENTENCES) == set(RIGHTS) == set(Role)
    assert set(MEMBER_RIGHTS) == set(MemberPermission.Name.values)


@pytest.mark.parametrize("role", [Role.BILLING, Role.READ_ONLY, Role.OPERATIONS])
def test_these_roles_do_not_show_recipients(role):
    assert "notifications.view_recipient" not in rights_of([role])


def test_who_may_only_look_changes_nothing():
    assert all(right.partition(".")[2].startswith("view_") for right in rights_of(["read-only"]))


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_administrators_alone_look_after_people_and_roles(role):
    verbs = ("change_roles", "reset_factors", "end_sessions", "change_user", "add_user")

    assert not {f"services.{verb}" for verb in verbs} & rights_of([role])


def test_files_are_sent_by_members_who_may_send_all_kinds():
    assert "notifications.add_job" not in rights_of_member(["send_texts", "send_emails"])
    assert "notifications.add_job" in rights_of_member(
        ["send_texts", "send_emails", "send_letters"]
    )
