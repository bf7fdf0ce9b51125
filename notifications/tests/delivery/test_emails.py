"""Emails through a whole run, with a provider that keeps what it is given."""

import re

import pytest
from django.test import Client

from notifications.delivery import deliver as module
from notifications.delivery.claim import has_due_rows
from notifications.delivery.deliver import deliver
from notifications.delivery.routing import Router
from notifications.models import (
    CallbackDelivery,
    NotificationHistory,
    ProviderDetails,
    UnsubscribeRequest,
)
from notifications.providers.base import EmailMessage, Provider, RecipientRefused
from notifications.providers.registry import PROVIDERS
from notifications.tests.factories import NotificationFactory
from notifications.tests.lifecycle.rows import live_and_history
from notifications.tests.lifecycle.test_moves import callback_for
from notify_project import clock
from notify_project.constants import Queue
from notify_project.versioning import save_versioned
from services.models import ServiceHistory
from services.tests.factories import EmailBrandingFactory, ServiceFactory
from templates_app.models import TemplateHistory
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def outbox(providers, monkeypatch):
    """Give the list of emails that the provider took."""
    taken: list[EmailMessage] = []

    class Keeping(Provider[EmailMessage]):
        name = "smtp"

        def send(self, message):
            if message.to.startswith("nobody@"):
                raise RecipientRefused("550")
            taken.append(message)
            return message.message_id

    monkeypatch.setitem(PROVIDERS, "smtp", Keeping)
    monkeypatch.setattr(module, "_router", Router())
    return taken


def test_an_email_carries_what_was_stored_with_it(outbox, settings):
    settings.EMAIL_DOMAIN = "notify.test"
    service = ServiceFactory(name="Library", email_sender_local_part="library")
    template = TemplateFactory(email=True, service=service, content="Hello ((name))")
    row = NotificationFactory(
        template=template,
        reply_to_text="desk@library.example",
        unsubscribe_link="https://library.example/stop",
    )

    deliver(Queue.NORMAL)

    [email] = outbox
    assert (email.to, email.subject) == ("jo@example.com", "About Jo")
    assert (email.from_name, email.from_address) == ("Library", "library@notify.test")
    assert email.reply_to == "desk@library.example"
    assert email.unsubscribe_url == "https://library.example/stop"
    assert email.message_id == f"{row.id}.1@notify.test"
    assert email.plain.strip() == "Hello Jo"
    assert "Hello Jo" in email.html


def test_an_email_shows_the_brand_of_its_service_and_no_link_on_a_name(outbox, settings):
    settings.EMAIL_UNLINKED_NAMES = ("post.room",)
    branding = EmailBrandingFactory(brand_type="org_banner", text="Riverside", colour="#123456")
    service = ServiceFactory(name="Library", email_branding=branding)
    NotificationFactory(
        template=TemplateFactory(email=True, service=service, content="The post.room and GOV.UK")
    )

    deliver(Queue.NORMAL)

    [email] = outbox
    assert 'bgcolor="#123456"' in email.html
    assert ">Riverside</td>" in email.html
    assert "The post.\u200broom and GOV.UK" in email.html
    assert "post.\u200broom and GOV.UK" in email.plain


def test_an_email_whose_template_has_an_unsubscribe_link_carries_two(outbox):
    row = NotificationFactory(template=TemplateFactory(unsubscribe=True))

    deliver(Queue.NORMAL)

    [email] = outbox
    page = re.search(r"Unsubscribe from these emails: (\S+)\n$", email.plain)[1]
    assert f'href="{page}"' in email.html
    one_click = email.unsubscribe_url.removeprefix("http://testserver")
    assert Client().post(one_click).json()["result"] == "success"
    answer = Client().get(page.removeprefix("http://admin.testserver"))
    assert (answer.status_code, "Stop emails from" in answer.content.decode()) == (200, True)
    request = UnsubscribeRequest.objects.get()
    assert (request.notification_id, request.email_address) == (row.id, "jo@example.com")


def test_the_callers_link_replaces_ours_in_mail_programs_but_not_in_the_body(outbox):
    NotificationFactory(
        template=TemplateFactory(unsubscribe=True), unsubscribe_link="https://library.example/stop"
    )

    deliver(Queue.NORMAL)

    [email] = outbox
    assert email.unsubscribe_url == "https://library.example/stop"
    assert "http://admin.testserver/unsubscribe/" in email.plain
    assert "library.example" not in email.plain + email.html


def test_an_email_is_sent_with_the_link_of_its_own_version(outbox):
    template = TemplateFactory(email=True)
    NotificationFactory(template=template)
    template.has_unsubscribe_link = True
    save_versioned(template, TemplateHistory)

    deliver(Queue.NORMAL)

    [email] = outbox
    assert email.unsubscribe_url is None
    assert "nsubscribe" not in email.plain + email.html


@pytest.mark.parametrize(
    ("configured", "events"), [("delivered", ["delivered"]), ("sent", [])], ids=str
)
def test_without_receipts_an_email_is_closed_at_once(outbox, settings, configured, events):
    settings.EMAIL_STATUS_WITHOUT_RECEIPTS = configured
    row = NotificationFactory(email=True)
    callback_for(row.service)

    deliver(Queue.NORMAL)

    row.refresh_from_db()
    live, history = live_and_history(row.id)
    assert (row.status, row.sent_by, row.billable_units) == (configured, "smtp", 0)
    assert live == history
    assert list(CallbackDelivery.objects.values_list("event_key", flat=True)) == events


def test_with_receipts_an_email_waits_for_its_own(outbox):
    ProviderDetails.objects.filter(identifier="smtp").update(gives_receipts=True, version=2)
    row = NotificationFactory(email=True)

    deliver(Queue.NORMAL)

    row.refresh_from_db()
    assert row.status == "sending"


def test_an_address_that_does_not_exist_is_told_to_the_service(outbox):
    row = NotificationFactory(email=True, normalised_to="nobody@example.com")
    callback_for(row.service)

    deliver(Queue.NORMAL)

    row.refresh_from_db()
    live, history = live_and_history(row.id)
    assert (row.status, row.failure_reason) == ("permanent-failure", "recipient-refused")
    assert (row.sent_at, row.next_attempt_at) == (None, None)
    assert CallbackDelivery.objects.get().payload["sent_at"] is None
    assert live == history


@pytest.mark.parametrize(
    ("recipient", "status"),
    [
        ("perm-fail@simulator.notify", "permanent-failure"),
        ("temp-fail@simulator.notify", "temporary-failure"),
        ("jo@example.com", "delivered"),
    ],
)
def test_an_email_of_a_test_key_ends_as_its_recipient_says_and_is_told(outbox, recipient, status):
    row = NotificationFactory(research=True, email=True, normalised_to=recipient)
    callback_for(row.service)

    deliver(Queue.RESEARCH_MODE)

    row.refresh_from_db()
    assert outbox == []
    assert (row.status, row.sent_by, row.billable_units) == (status, "smtp", 0)
    assert row.reference.startswith(str(row.id))
    assert CallbackDelivery.objects.get().event_key == status
    assert not NotificationHistory.objects.exists()


def test_research_mode_switched_off_before_sending_changes_nothing(outbox):
    service = ServiceFactory(research=True)
    row = NotificationFactory(
        template=TemplateFactory(email=True, service=service), is_real=False, key_type="normal"
    )
    service.research_mode = False
    save_versioned(service, ServiceHistory)

    deliver(Queue.NORMAL)
    deliver(Queue.RESEARCH_MODE)

    row.refresh_from_db()
    assert outbox == []
    assert row.status == "delivered"
    assert not NotificationHistory.objects.exists()


def test_a_run_whose_time_is_up_leaves_the_rest_waiting(outbox, monkeypatch):
    NotificationFactory(email=True)
    monkeypatch.setattr(module, "RUN_SECONDS", 0.0)

    assert deliver(Queue.NORMAL) == 0
    assert outbox == []
    assert has_due_rows(Queue.NORMAL, clock.now())
