"""Holds, bulk actions and acts on messages on the admin site."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from notifications.models import BulkAction, Hold, Notification
from notifications.support import bulk
from notifications.support.holding import hold
from notifications.tests.admin.test_job import text_of, with_rights
from notifications.tests.factories import NotificationFactory, ProviderDetailsFactory
from notify_project import clock
from notify_project.models import AuditEvent
from services.tests.factories import ServiceFactory, UserFactory
from templates_app.tests.factories import TemplateFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("redis", "recorded_tasks")]

HOLDS, BULK = "admin:notifications_hold", "admin:notifications_bulkaction"
CONFIRMED = {"confirmed": "yes", "reason": "an incident"}
HOUR = timedelta(hours=1)
NAME = "Libraries <b>& more</b>"


@pytest.fixture
def staff():
    return UserFactory(support=True)


@pytest.fixture
def signed_in(staff):
    client = Client()
    client.force_login(staff)
    return client


def holding(kind, key):
    return f"{reverse(f'{HOLDS}_add')}?kind={kind}&key={key}"


def act_of(name, row, action):
    return reverse(f"{name}_change", args=[row.pk]).replace("/change/", f"/{action}/")


def test_a_service_is_held_from_its_page_once_its_name_is_typed_and_released(signed_in, staff):
    service = ServiceFactory(name=NAME)
    button = reverse("admin:services_service_change", args=[service.id]).replace("change", "hold")

    asked = signed_in.get(button, follow=True)
    url = f"{asked.request['PATH_INFO']}?{asked.request['QUERY_STRING']}"
    untyped = signed_in.post(url, CONFIRMED)
    unreasoned = signed_in.post(url, {"confirmed": "yes", "typed": NAME, "reason": "x"})
    before = Hold.objects.count()
    held = signed_in.post(url, CONFIRMED | {"typed": NAME}, follow=True)
    row = Hold.objects.get()
    release = act_of(HOLDS, row, "release")
    released = signed_in.post(release, CONFIRMED, follow=True)
    again = signed_in.post(release, CONFIRMED, follow=True)

    assert "Libraries &lt;b&gt;" in text_of(asked)
    assert NAME not in text_of(asked) + text_of(held)
    assert (untyped.status_code, unreasoned.status_code, before) == (422, 422, 0)
    assert "That is not what is written above" in text_of(untyped)
    assert "Say why, in 3 characters at least" in text_of(unreasoned)
    assert held.request["PATH_INFO"] == reverse(f"{HOLDS}_change", args=[row.id])
    assert "It is released" in text_of(released)
    assert "The service is not held" in text_of(again)
    assert set(AuditEvent.objects.values_list("action", "actor", "reason")) == {
        ("hold sending", staff.id, "an incident"),
        ("release sending", staff.id, "an incident"),
    }


def test_a_template_a_lane_and_a_provider_are_held_likewise(signed_in):
    template, provider = TemplateFactory(), ProviderDetailsFactory(identifier="mmg")
    for row, name in (
        (template, "templates_app_template"),
        (provider, "notifications_providerdetails"),
    ):
        page = reverse(f"admin:{name}_change", args=[row.pk])
        leads = signed_in.get(page.replace("/change/", "/hold/"))
        key = row.id if row is template else "mmg"
        assert page.replace("/change/", "/hold/") in text_of(signed_in.get(page))
        assert leads.url.endswith(f"key={key}")

    signed_in.post(holding("template", template.id), CONFIRMED)
    signed_in.post(holding("lane", "bulk"), CONFIRMED | {"typed": "bulk"})
    signed_in.post(holding("provider", "mmg"), CONFIRMED | {"typed": "mmg"})
    choices = text_of(signed_in.get(reverse(f"{HOLDS}_add")))

    assert set(Hold.objects.values_list("kind", "key")) == {
        ("template", str(template.id)),
        ("lane", "bulk"),
        ("provider", "mmg"),
    }
    assert choices.count("<span>is held</span>") == 2


@pytest.mark.parametrize(
    ("kind", "key"), [("lane", "letters"), ("service", "x"), ("planet", "earth"), ("service", "")]
)
def test_what_is_not_there_is_not_found(signed_in, kind, key):
    assert signed_in.get(holding(kind, key)).status_code == 404


def test_pages_of_holds_cost_few_queries(signed_in, django_assert_max_num_queries):
    template = TemplateFactory(name="Reminder")
    row = hold("template", str(template.id), actor=None, reason="an incident")

    with django_assert_max_num_queries(15):
        page = text_of(signed_in.get(reverse(f"{HOLDS}_change", args=[row.id])))

    assert f"Reminder of {template.service.name}" in page
    assert act_of(HOLDS, row, "release") in page


def test_without_the_right_nothing_is_held_released_or_done_in_bulk(signed_in):
    row = hold("lane", "bulk", actor=None, reason="an incident")
    planned = bulk.begin(
        "fail",
        service_id=ServiceFactory().id,
        since=clock.now() - HOUR,
        actor=None,
        reason="an incident",
    )
    message = NotificationFactory(next_attempt_at=clock.now() + HOUR)
    looks = with_rights("view_hold", "view_bulkaction", "view_notification", "view_service")
    urls = [
        holding("lane", "normal"),
        act_of(HOLDS, row, "release"),
        act_of("admin:services_service", message.service, "hold"),
        act_of("admin:services_service", message.service, "archive"),
        reverse(f"{BULK}_add"),
        act_of(BULK, planned, "start"),
        act_of(BULK, planned, "stop"),
        *(
            act_of("admin:notifications_notification", message, act)
            for act in ("send-now", "tell-again", "mark-failed")
        ),
    ]

    answers = [looks.post(url, CONFIRMED | {"typed": "normal"}).status_code for url in urls]

    assert set(answers) == {403}
    assert Hold.objects.active().count() == 1
    assert BulkAction.objects.get().state == "counting"


def test_a_message_offers_what_can_be_done_to_it(signed_in, django_assert_max_num_queries):
    waiting = NotificationFactory(next_attempt_at=clock.now() + HOUR)
    over = NotificationFactory(status="delivered")

    def offered(row):
        page = text_of(
            signed_in.get(reverse("admin:notifications_notification_change", args=[row.id]))
        )
        acts = ("send-now", "mark-failed", "tell-again")
        return {act for act in acts if act_of("admin:notifications_notification", row, act) in page}

    with django_assert_max_num_queries(15):
        of_waiting = offered(waiting)
    assert (of_waiting, offered(over)) == ({"send-now", "mark-failed"}, set())


def test_a_message_is_marked_as_failed_with_a_reason_that_names_nobody(signed_in, staff):
    row = NotificationFactory(status="sending")
    url = act_of("admin:notifications_notification", row, "mark-failed")

    asked = text_of(signed_in.get(url))
    naming = signed_in.post(url, {"confirmed": "yes", "reason": "447700900123 rang"})
    before = Notification.objects.get().status
    signed_in.post(url, CONFIRMED)
    again = signed_in.post(url, CONFIRMED, follow=True)

    assert "cannot be brought back" in asked
    assert "it must not name who the message is for" in text_of(naming)
    assert (before, Notification.objects.get().status) == ("sending", "technical-failure")
    assert "which is final" in text_of(again)
    assert AuditEvent.objects.get(action="mark message failed").actor == staff


def plan(client, **changes):
    form = {"act": "fail", "since": "2026-06-10T12:00", "reason": "an incident", **changes}
    return client.post(reverse(f"{BULK}_add"), form, follow=True)


def test_a_bulk_action_is_planned_counted_started_by_its_count_and_followed(signed_in, staff):
    template = TemplateFactory()
    for _ in range(3):
        NotificationFactory(template=template)
    since = f"{clock.now() - HOUR - HOUR:%Y-%m-%dT%H:%M}"

    counting = text_of(plan(signed_in, since=since, template_id=str(template.id)))
    row = BulkAction.objects.get()
    bulk.run(row.id, until=clock.now() + HOUR)
    counted = text_of(signed_in.get(reverse(f"{BULK}_change", args=[row.id])))
    wrong = signed_in.post(act_of(BULK, row, "start"), CONFIRMED | {"typed": "2"})
    signed_in.post(act_of(BULK, row, "start"), CONFIRMED | {"typed": "3"})
    bulk.run(row.id, until=clock.now() + HOUR)
    part = text_of(signed_in.get(act_of(BULK, row, "progress")))

    assert ('data-seconds="2"' in counting, "it is being counted" in counting) == (True, True)
    assert act_of(BULK, row, "start") in counted
    assert wrong.status_code == 422
    assert ("<html" in part, 'data-state="done"' in part) == (False, True)
    assert Notification.objects.filter(status="technical-failure").count() == 3
    assert set(AuditEvent.objects.values_list("action", "actor")) == {
        ("plan bulk action", staff.id),
        ("start bulk action", staff.id),
        ("end bulk action", staff.id),
    }


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "Say of which service, template or provider"),
        ({"service_id": "x"}, "Enter a valid UUID"),
        ({"since": "soon"}, "Enter a valid date/time"),
        ({"reason": "-"}, "Say why, in 3 characters at least"),
        ({"service_id": "00000000-0000-0000-0000-000000000000"}, "There is no such service"),
    ],
)
def test_a_plan_that_makes_no_sense_is_explained_on_the_form(signed_in, changes, words):
    page = text_of(plan(signed_in, **changes))

    assert words in page
    assert not BulkAction.objects.exists()


def test_times_of_a_plan_are_those_of_london(signed_in):
    service = ServiceFactory()

    plan(signed_in, service_id=str(service.id), since="2026-09-10T12:00")

    assert clock.api_time(BulkAction.objects.get().since) == "2026-09-10T11:00:00.000000Z"


def test_who_may_act_in_bulk_must_also_be_allowed_the_act(signed_in):
    client = with_rights("bulk_act", "view_bulkaction")

    answer = plan(client, service_id=str(ServiceFactory().id), since="2026-11-10T12:00")

    assert answer.status_code == 403
    assert not BulkAction.objects.exists()
