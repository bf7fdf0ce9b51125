"""Whole runs of a lane with two providers of texts, one of which fails at every call."""

import pytest
from django.db.models import Sum
from werkzeug import Response

from notifications.delivery import deliver as module
from notifications.delivery.deliver import deliver
from notifications.delivery.routing import Router
from notifications.models import Notification, ProviderDetails, ProviderFigures, ProviderHealth
from notifications.tests.factories import NotificationFactory, ProviderDetailsFactory
from notify_project.constants import Queue
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def firetext(sms_provider, httpserver, settings):
    """Give the second provider, which takes everything."""
    ProviderDetails.objects.filter(identifier="mmg").update(priority=50)
    ProviderDetailsFactory(identifier="firetext", priority=50)
    options = {**settings.PROVIDER_OPTIONS["firetext"], "url": httpserver.url_for("/firetext")}
    settings.PROVIDER_OPTIONS = {**settings.PROVIDER_OPTIONS, "firetext": options}
    httpserver.expect_request("/firetext").respond_with_json({"code": 0})


def texts(count):
    template = TemplateFactory()
    return [NotificationFactory(template=template) for _ in range(count)]


def figures(identifier):
    rows = ProviderFigures.objects.filter(provider__identifier=identifier)
    sums = rows.aggregate(*map(Sum, ("calls", "errors", "unknown")))
    return tuple(sums.values())


def test_what_one_provider_fails_to_take_the_other_sends_at_once(sms_provider, firetext):
    sms_provider.answer = lambda message: Response("{}", 500)
    texts(60)

    deliver(Queue.NORMAL)

    assert set(Notification.objects.values_list("status", "sent_by")) == {("sending", "firetext")}
    failed = len(sms_provider.seen)
    assert failed >= 10
    assert figures("mmg") == (failed, failed, 0)
    assert figures("firetext") == (60, 0, 0)


def test_a_provider_that_fails_at_every_call_is_left_alone(sms_provider, firetext, monkeypatch):
    sms_provider.answer = lambda message: Response("{}", 500)
    texts(60)
    deliver(Queue.NORMAL)
    seen = len(sms_provider.seen)
    monkeypatch.setattr(module, "_router", Router())

    texts(60)
    deliver(Queue.NORMAL)

    assert ProviderHealth.objects.get(provider__identifier="mmg").opened_at is not None
    assert len(sms_provider.seen) == seen
    assert Notification.objects.filter(sent_by="firetext").count() == 120


def test_the_next_attempt_knows_who_failed_whichever_process_makes_it(
    sms_provider, firetext, monkeypatch
):
    ProviderDetails.objects.filter(identifier="firetext").update(priority=0)
    [row] = texts(1)
    Notification.objects.update(failed_provider="mmg")
    monkeypatch.setattr(module, "_router", Router())

    deliver(Queue.NORMAL)

    row.refresh_from_db()
    assert (row.sent_by, row.failed_provider) == ("firetext", None)


def test_where_no_provider_is_active_the_message_waits_and_somebody_is_told(sms_provider, caplog):
    ProviderDetails.objects.filter(notification_type="sms").update(active=False)
    [row] = texts(1)

    deliver(Queue.NORMAL)

    row.refresh_from_db()
    assert row.status == "created"
    assert row.next_attempt_at is not None
    assert ("ERROR", "no provider of sms is active") in [
        (record.levelname, record.getMessage()) for record in caplog.records
    ]
