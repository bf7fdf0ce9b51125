"""Lists and pages say in words what the API calls by a code."""

import pytest
from django.test import Client
from django.urls import reverse

from notifications.models import ReturnedLetter
from notifications.tests.factories import CallbackDeliveryFactory, NotificationFactory
from notify_project import audit, clock
from notify_project.admin.words import in_words
from notify_project.models import AuditEvent
from services.tests.factories import OrganisationFactory, ServiceFactory, UserFactory


def opened(client, name, *arguments, **query):
    page = client.get(reverse(f"admin:{name}", args=arguments), query)
    assert page.status_code == 200
    return page.content.decode()


@pytest.fixture
def staff(db):
    return UserFactory(support=True)


@pytest.fixture
def signed_in(staff):
    client = Client()
    client.force_login(staff)
    return client


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("Sms", "Text"),
        ("Inbound Sms", "Inbound text"),
        ("Given Up", "Given up"),
        ("Nhs Gp", "NHS GP"),
        ("Logo, without the platform's banner", "Logo, without the platform's banner"),
        ("English only", "English only"),
    ],
)
def test_a_label_made_of_a_code_becomes_words_and_a_worded_one_stays(label, words):
    assert in_words(label) == words


def test_a_list_is_called_what_the_sidebar_calls_it(signed_in):
    page = opened(signed_in, "notifications_failingendpoint_changelist")

    title = page.split("<title>")[1].split("</title>")[0]
    assert title.split() == ["Failing", "addresses", "|", "Notify"]
    assert "Failing endpoints" not in page


def test_an_empty_list_says_so_and_offers_to_begin(signed_in):
    page = opened(signed_in, "services_organisation_changelist")

    assert "There is nothing here yet" in page
    assert "Add the first" in page


def test_a_search_that_finds_nothing_leads_back_to_all(signed_in):
    OrganisationFactory()

    page = opened(signed_in, "services_organisation_changelist", q="pigeon")

    assert "No row fits what was asked for." in page
    assert "Add the first" not in page


def test_yes_and_no_are_words(signed_in):
    OrganisationFactory(active=False, organisation_type="nhs_gp")

    page = opened(signed_in, "services_organisation_changelist")

    assert '<span class="look-quiet">No</span>' in page
    assert "NHS GP" in page
    assert "close_small" not in page


def test_a_form_offers_choices_in_words(signed_in):
    page = opened(signed_in, "services_organisation_add")

    assert ">NHS GP</option>" in page
    assert ">Emergency service</option>" in page
    assert "Nhs Gp" not in page


def test_calls_are_told_in_words_and_lead_to_what_they_tell_of(signed_in):
    call = CallbackDeliveryFactory(callback_type="inbound_sms", state="given-up", last_error="x")

    page = opened(signed_in, "notifications_callbackdelivery_changelist")

    assert "Inbound text" in page
    assert "Given up" in page
    assert f"{reverse('admin-find')}?q={call.subject_id}" in page


def test_a_returned_letter_leads_to_the_letter(signed_in):
    letter = NotificationFactory(letter=True)
    returned = ReturnedLetter.objects.create(
        notification_id=letter.id, service=letter.service, reported_at=clock.london_today()
    )

    for page in (
        opened(signed_in, "notifications_returnedletter_changelist"),
        opened(signed_in, "notifications_returnedletter_change", returned.pk),
    ):
        assert f"{reverse('admin-find')}?q={letter.id}" in page


def test_an_audit_event_says_what_was_changed_and_leads_there(signed_in, staff):
    organisation = OrganisationFactory()
    audit.record("rename", organisation, actor=staff)
    event = AuditEvent.objects.get(action="rename")
    url = reverse("admin:services_organisation_change", args=[organisation.pk])

    for page in (
        opened(signed_in, "notify_project_auditevent_changelist"),
        opened(signed_in, "notify_project_auditevent_change", event.pk),
    ):
        assert f'href="{url}"' in page
        assert "Organisation</" in page


def test_the_history_of_a_row_is_what_the_audit_has_of_it(signed_in):
    service = ServiceFactory()

    answer = signed_in.get(reverse("admin:services_service_history", args=[service.pk]))

    audited = reverse("admin:notify_project_auditevent_changelist")
    assert answer.url == f"{audited}?q={service.pk}"
