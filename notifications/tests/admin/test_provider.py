import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from notifications.admin.provider import ProviderDetailsAdmin
from notifications.models import (
    ProviderDetails,
    ProviderDetailsHistory,
    ProviderFigures,
    ProviderHealth,
)
from notifications.support.holding import hold
from notifications.tests.factories import ProviderDetailsFactory
from notify_project import clock
from notify_project.models import AuditEvent
from services.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider():
    return ProviderDetailsFactory(identifier="mmg", priority=51, resting_priority=51)


@pytest.fixture
def staff():
    return UserFactory(support=True)


@pytest.fixture
def signed_in(staff):
    client = Client()
    client.force_login(staff)
    return client


def page_of(provider):
    return reverse("admin:notifications_providerdetails_change", args=[provider.id])


def form(**changes):
    return {
        "priority": "51",
        "resting_priority": "51",
        "automation_paused_until_0": "",
        "automation_paused_until_1": "",
        "gives_receipts": "on",
        "reason": "maintenance",
        **changes,
    }


def test_the_page_shows_figures_state_and_changes(signed_in, provider):
    ProviderFigures.objects.create(
        provider=provider, at=clock.now(), calls=1234, errors=56, unknown=78, seconds=617.0
    )
    ProviderHealth.objects.create(provider=provider, opened_at=clock.now(), probe_at=clock.now())

    page = signed_in.get(page_of(provider)).content.decode()

    for shown in ("1234", "56", "78", "500 ms", "100%", "not since"):
        assert shown in page


def test_the_page_costs_few_queries(signed_in, provider, django_assert_max_num_queries):
    for minutes in range(30):
        at = clock.now() - timedelta(minutes=minutes)
        ProviderFigures.objects.create(provider=provider, at=at, calls=1)

    with django_assert_max_num_queries(15):
        assert signed_in.get(page_of(provider)).status_code == 200


def test_a_reason_is_shown_as_text(signed_in, provider):
    ProviderDetailsHistory.objects.create(
        id=provider.id,
        version=9,
        identifier="mmg",
        display_name="mmg",
        notification_type="sms",
        reason="<script>alert(1)</script>",
    )

    page = signed_in.get(page_of(provider)).content.decode()

    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert(1)" not in page


def test_automation_is_paused_until_a_time(signed_in, staff, provider):
    pause = {"automation_paused_until_0": "2026-12-01", "automation_paused_until_1": "12:00"}

    signed_in.post(page_of(provider), form(priority="0", **pause))

    row = ProviderDetails.objects.get(id=provider.id)
    event = AuditEvent.objects.get(action="change provider")
    assert (row.priority, row.version, row.created_by) == (0, provider.version + 1, staff)
    assert row.automation_paused_until.isoformat() == "2026-12-01T12:00:00+00:00"
    assert event.after["automation_paused_until"] == "2026-12-01T12:00:00+00:00"
    assert ProviderDetailsHistory.objects.get(id=provider.id, version=row.version).priority == 0


def test_a_weight_that_moved_meanwhile_is_not_put_back_by_another_change(
    signed_in, provider, monkeypatch
):
    save = ProviderDetailsAdmin.save_model

    def save_after_a_move(self, request, obj, form, change):
        ProviderDetails.objects.filter(id=obj.id).update(priority=41)
        save(self, request, obj, form, change)

    monkeypatch.setattr(ProviderDetailsAdmin, "save_model", save_after_a_move)

    signed_in.post(page_of(provider), form(resting_priority="52", reason="a note"))

    row = ProviderDetails.objects.get(id=provider.id)
    assert (row.priority, row.reason) == (41, "a note")


def test_each_change_has_a_reason_of_its_own(signed_in, provider):
    signed_in.post(page_of(provider), form(priority="40", reason="maintenance of tonight"))

    page = signed_in.get(page_of(provider)).content.decode()
    refused = signed_in.post(page_of(provider), form(priority="30", reason=" ")).content.decode()
    nothing = signed_in.post(page_of(provider), form(priority="40", reason=""))

    [field] = re.findall(r"<input[^>]*name=\"reason\"[^>]*>", page)
    assert "maintenance of tonight" not in field
    assert "maintenance of tonight" in page
    assert "Say why, in 3 characters at least" in refused
    assert nothing.status_code == 302
    row = ProviderDetails.objects.get(id=provider.id)
    assert (row.priority, row.reason) == (40, "maintenance of tonight")
    assert row.version == provider.version + 1


def switch(client, provider, way, **answer):
    page = page_of(provider).replace("/change/", f"/{way}/")
    return client.post(page, {"confirmed": "yes", "reason": "it fails", **answer}, follow=True)


def test_a_provider_is_switched_off_once_its_name_is_typed_and_on_again(signed_in, staff, provider):
    ProviderDetailsFactory(identifier="firetext")

    refused = switch(signed_in, provider, "switch-off", typed="MMG?")
    still = ProviderDetails.objects.get(id=provider.id).active
    switch(signed_in, provider, "switch-off", typed=provider.display_name)
    off = ProviderDetails.objects.get(id=provider.id).active
    switch(signed_in, provider, "switch-on")

    events = AuditEvent.objects.filter(action="change provider", actor=staff)
    assert "That is not what is written above" in refused.content.decode()
    assert (still, off, ProviderDetails.objects.get(id=provider.id).active) == (True, False, True)
    assert [(each.before, each.after) for each in events.order_by("created_at")] == [
        ({"active": True}, {"active": False}),
        ({"active": False}, {"active": True}),
    ]


def test_the_last_provider_of_a_channel_stays_on(signed_in, provider):
    ProviderDetails.objects.exclude(id=provider.id).delete()

    answer = switch(signed_in, provider, "switch-off", typed=provider.display_name)

    assert "At least one provider of a channel must stay active." in answer.content.decode()
    assert ProviderDetails.objects.get(id=provider.id).active


def test_a_provider_that_is_held_says_so_with_its_reason(signed_in, provider):
    hold("provider", "mmg", actor=None, reason="they are <b>down</b>")

    page = signed_in.get(page_of(provider)).content.decode()

    assert "they are &lt;b&gt;down" in page
    assert "<b>down" not in page
