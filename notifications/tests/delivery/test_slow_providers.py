"""A provider that hangs, or is slow, leaves threads to the messages of others."""

import time
from datetime import timedelta

import pytest

from notifications.delivery import deliver as module
from notifications.delivery.deliver import deliver
from notifications.delivery.pace import Pace
from notifications.delivery.routing import Router
from notifications.models import Notification
from notifications.providers.base import OutcomeUnknown, Provider
from notifications.providers.registry import PROVIDERS
from notifications.tests.factories import NotificationFactory
from notify_project import clock
from notify_project.constants import Queue
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db

TIMEOUT_SECONDS = 2.0
TEXTS, EMAILS = 200, 5


@pytest.fixture
def asked(providers, redis, monkeypatch, settings):
    """Give the names of the providers that were asked, in turn; that of texts hangs."""
    settings.PROVIDER_TIMEOUT_SECONDS = TIMEOUT_SECONDS
    names = []

    class Hanging(Provider):
        name = "mmg"

        def send(self, message):
            names.append(self.name)
            time.sleep(TIMEOUT_SECONDS)
            raise OutcomeUnknown("ReadTimeout")

    class Quick(Provider):
        name = "smtp"

        def send(self, message):
            names.append(self.name)
            return message.message_id

    for kind in (Hanging, Quick):
        monkeypatch.setitem(PROVIDERS, kind.name, kind)
    monkeypatch.setattr(module, "_router", Router())
    return names


def test_emails_do_not_wait_for_texts_whose_provider_hangs(asked):
    template = TemplateFactory()
    email = TemplateFactory(service=template.service, email=True)
    earlier = clock.now() - timedelta(minutes=1)
    for _ in range(TEXTS):
        NotificationFactory(template=template, created_at=earlier)
    for _ in range(EMAILS):
        NotificationFactory(template=email)

    deliver(Queue.NORMAL)

    texts_before = asked.index("smtp")
    assert asked.count("smtp") == EMAILS
    assert texts_before < TEXTS * 0.75
    texts = Notification.objects.filter(notification_type="sms")
    assert not texts.filter(next_attempt_at=None).exists()
    # Those that were not asked about have lost nothing but time.
    assert texts.filter(delivery_attempts=1).count() == asked.count("mmg")
    assert texts.filter(delivery_attempts=0, next_attempt_at__gt=clock.now()).exists()


@pytest.fixture
def four_threads(settings):
    settings.PROVIDER_TIMEOUT_SECONDS = 10
    return Pace(4)


def test_a_quick_provider_may_have_all_threads(four_threads):
    assert all(four_threads.begin("mmg") for _ in range(10))


def test_a_slow_one_has_half_of_them_until_it_is_quick_again(four_threads):
    for _ in range(5):
        four_threads.begin("mmg")
    for _ in range(3):
        four_threads.end("mmg", 8.0)

    answers = [four_threads.begin("mmg"), four_threads.begin("smtp")]
    four_threads.end("mmg", 7.9)

    assert answers == [False, True]
    assert [four_threads.begin("mmg") for _ in range(3)] == [True] * 3


def test_two_calls_that_take_long_are_no_sign(four_threads):
    for seconds in (8.0, 8.0, 0.1, 8.0, 8.0):
        four_threads.begin("mmg")
        four_threads.end("mmg", seconds)

    assert all(four_threads.begin("mmg") for _ in range(4))


def test_with_one_thread_a_slow_provider_has_it(settings):
    alone = Pace(1)
    for _ in range(3):
        alone.begin("mmg")
        alone.end("mmg", 100)

    assert alone.begin("mmg")
