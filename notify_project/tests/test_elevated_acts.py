"""Which grave acts ask again who somebody is, and who may hold what."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse
from freezegun import freeze_time

from notifications.models import BulkAction, Hold
from notifications.tests.factories import NotificationFactory, ProviderDetailsFactory
from notify_project import clock
from notify_project.models import AuditEvent
from services.models import Service
from services.tests.accounts.signing_in import PASSWORD, person_with_password, sign_in
from services.tests.factories import ServiceFactory, UserFactory
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db

AGAIN = "/admin/account/again/password/"
HOLD = "/admin/notifications/hold/add/"


def later(minutes):
    return freeze_time(clock.now() + timedelta(minutes=minutes))


def client_of(*roles):
    return sign_in(person_with_password(roles=list(roles), platform_admin=True))[0]


def answered(name):
    return {"confirmed": "yes", "reason": "phishing", "typed": name}


def test_support_holds_services_and_templates_but_neither_lanes_nor_providers():
    client, template = client_of("support"), TemplateFactory()
    provider = ProviderDetailsFactory()
    subjects = [
        ("service", template.service_id, template.service.name, 302),
        ("template", template.pk, template.name, 302),
        ("lane", "bulk", "bulk", 403),
        ("provider", provider.identifier, provider.identifier, 403),
    ]

    for kind, key, name, status in subjects:
        answer = client.post(f"{HOLD}?kind={kind}&key={key}", answered(name))
        assert answer.status_code == status, kind

    assert set(Hold.objects.values_list("kind", flat=True)) == {"service", "template"}
    assert "kind=lane" not in client.get(HOLD).content.decode()


def test_support_releases_services_and_not_lanes(redis):
    client, service = client_of("support"), ServiceFactory()
    held = [
        Hold.objects.create(
            kind="service", key=str(service.pk), service_id=service.pk, reason="why"
        ),
        Hold.objects.create(kind="lane", key="bulk", reason="why"),
    ]

    answers = [
        client.post(f"/admin/notifications/hold/{row.pk}/release/", answered("")).status_code
        for row in held
    ]

    assert answers == [302, 403]
    assert list(Hold.objects.active()) == held[1:]


@pytest.mark.parametrize("roles", [["support"], ["read-only"], ["operations"]])
def test_through_the_api_one_holds_what_one_may_hold_on_the_site(roles):
    client, service = client_of(*roles), ServiceFactory()

    statuses = [
        client.post(
            "/holds",
            {"kind": kind, "key": str(key), "reason": "phishing"},
            content_type="application/json",
            HTTP_X_CSRFTOKEN="x",
        ).status_code
        for kind, key in (("service", service.pk), ("lane", "bulk"))
    ]

    assert (
        statuses
        == {
            "support": [201, 403],
            "read-only": [403, 403],
            "operations": [201, 201],
        }[roles[0]]
    )


def test_support_ends_no_messages_through_the_api_which_it_may_not_end_on_the_site():
    message = NotificationFactory()
    path = f"/service/{message.service_id}/notifications/{message.pk}/fail"

    answer = client_of("support").post(path, {"reason": "why"}, content_type="application/json")

    message.refresh_from_db()
    assert (answer.status_code, message.status) == (403, "created")


def grave_addresses():
    """Return pages of grave acts, with their addresses."""
    service, provider = ServiceFactory(), ProviderDetailsFactory()
    in_an_hour = (clock.now() + timedelta(hours=1)).isoformat()
    person = UserFactory(
        platform_admin=True, failed_login_count=10, temporary_roles={"billing": in_an_hour}
    )
    lane = Hold.objects.create(kind="lane", key="priority", reason="why")
    bulk = BulkAction.objects.create(
        act="fail", service=service, since=clock.now(), until=clock.now(), state="counted", total=3
    )
    group = Group.objects.create(name="by hand")
    site = "/admin"
    return [
        f"{HOLD}?kind=lane&key=bulk",
        f"{HOLD}?kind=provider&key={provider.identifier}",
        f"{site}/notifications/hold/{lane.pk}/release/",
        f"{site}/notifications/bulkaction/{bulk.pk}/start/",
        f"{site}/notifications/providerdetails/{provider.pk}/switch-off/",
        f"{site}/services/service/{service.pk}/archive/",
        f"{site}/services/user/{person.pk}/roles/",
        f"{site}/services/user/{person.pk}/give-role/",
        f"{site}/services/user/{person.pk}/end-role/",
        f"{site}/services/user/{person.pk}/unlock/",
        f"{site}/services/user/{person.pk}/sign-out/",
        f"{site}/services/user/{person.pk}/password/",
        f"{site}/auth/group/{group.pk}/change/",
        f"{site}/auth/group/{group.pk}/delete/",
        f"{site}/auth/group/add/",
    ]


def test_grave_acts_are_shown_and_done_only_to_who_has_just_shown_that_it_is_them():
    client, addresses = client_of("administrator"), grave_addresses()

    now = {url: client.get(url).status_code for url in addresses}
    with later(11):
        shown = {url: client.get(url).status_code for url in addresses}
    with later(16):
        done = [client.post(url, answered("x"))["Location"] for url in addresses]

    assert set(now.values()) == {200}
    assert set(shown.values()) == {302}
    assert all(location.startswith(AGAIN) for location in done)


def test_a_form_that_was_shown_in_time_has_some_minutes_to_be_filled_in():
    client, service = client_of("administrator"), ServiceFactory()

    with later(14):
        client.post(f"/admin/services/service/{service.pk}/archive/", answered(service.name))

    assert not Service.objects.get(pk=service.pk).active


def test_who_sends_a_form_too_late_is_told_that_nothing_was_done_and_comes_back_to_it():
    client, url = client_of("operations"), f"{HOLD}?kind=lane&key=bulk"

    with later(16):
        asked = client.post(url, answered("bulk"), follow=True)
        back = client.post(asked.redirect_chain[0][0], {"password": PASSWORD})
        again = client.post(back["Location"], answered("bulk"))

    assert "Nothing has been done" in asked.content.decode()
    assert back["Location"] == url
    assert again.status_code == 302
    assert Hold.objects.get().key == "bulk"


def test_other_bulk_actions_are_started_without_being_asked_again():
    client = client_of("administrator")
    row = BulkAction.objects.create(
        act="send-now",
        service=ServiceFactory(),
        since=clock.now(),
        until=clock.now(),
        state="counted",
        total=3,
    )

    with later(16):
        page = client.get(f"/admin/notifications/bulkaction/{row.pk}/start/")

    assert page.status_code == 200


def test_an_account_is_changed_by_who_has_just_shown_that_it_is_them():
    client, person = client_of("administrator"), UserFactory(name="Amala")
    url = reverse("admin:services_user_change", args=[person.pk])
    form = {"name": "Other", "email_address": person.email_address, "state": "active"}
    form["reason"] = "a new name"

    with later(16):
        late = client.post(url, form)
        person.refresh_from_db()
        before = person.name
    client.post(url, form)

    person.refresh_from_db()
    assert late["Location"].startswith(AGAIN)
    assert (before, person.name) == ("Amala", "Other")


def test_the_audit_knows_which_rights_were_given_by_hand():
    client, person = client_of("administrator"), UserFactory()
    right = Permission.objects.get(codename="view_recipient")
    why = {"reason": "for a week"}
    form = {"name": "x", "email_address": person.email_address, "state": "active", **why}

    client.post(
        reverse("admin:services_user_change", args=[person.pk]),
        form | {"user_permissions": [right.pk]},
    )
    client.post(
        reverse("admin:auth_group_add"), {"name": "lookers", "permissions": [right.pk], **why}
    )
    group = Group.objects.get()
    client.post(reverse("admin:auth_group_change", args=[group.pk]), {"name": "others", **why})
    client.post(reverse("admin:auth_group_delete", args=[group.pk]), {"confirmed": "yes", **why})

    given = AuditEvent.objects.get(action="change person")
    of_group = AuditEvent.objects.filter(subject_type="auth.group").order_by("created_at")
    assert given.after["user_permissions"] == ["view_recipient"]
    assert given.before["user_permissions"] == []
    assert {each.reason for each in (given, *of_group)} == {"for a week"}
    assert [(each.action, each.before, each.after) for each in of_group] == [
        ("create group", None, {"name": "lookers", "rights": ["view_recipient"]}),
        (
            "change group",
            {"name": "lookers", "rights": ["view_recipient"]},
            {"name": "others", "rights": []},
        ),
        ("delete group", {"name": "others", "rights": []}, None),
    ]


@pytest.mark.parametrize("role", ["support", "operations", "read-only"])
def test_history_is_listed_to_who_sees_messages(role):
    page = client_of(role).get(reverse("admin:notifications_notificationhistory_changelist"))

    assert page.status_code == 200


def test_nobody_who_is_not_signed_in_reaches_a_grave_act():
    assert {Client().get(url).status_code for url in grave_addresses()} == {302}
