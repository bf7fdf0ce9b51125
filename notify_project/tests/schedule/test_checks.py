import logging
import uuid
from datetime import timedelta

import pytest

from notifications.statistics.unusual import TextsOfADay
from notifications.tests.factories import NotificationFactory
from notify_project import clock
from notify_project.schedule import checks
from services.tests.factories import InboundNumberFactory, ServiceFactory

pytestmark = pytest.mark.django_db

SERVICE = uuid.UUID("740e5834-3a29-46b4-9a6f-16142fde533a")


@pytest.fixture
def errors(caplog):
    caplog.set_level(logging.ERROR)
    return lambda: [record.getMessage() for record in caplog.records]


def test_messages_that_nobody_started_raise_an_alert(errors):
    NotificationFactory(created_at=clock.now() - timedelta(hours=1))

    checks.alert_on_never_started()

    assert errors() == ["1 accepted messages were never started: are the workers running?"]


def test_fresh_messages_raise_no_alert(errors):
    NotificationFactory(created_at=clock.now())

    checks.alert_on_never_started()

    assert errors() == []


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (
            TextsOfADay(SERVICE, 10_000, 2_500, 0),
            [f"service {SERVICE}: 2500 of 10000 texts failed for good within 24 hours"],
        ),
        (
            TextsOfADay(SERVICE, 501, 0, 501),
            [
                f"service {SERVICE} sent 501 texts to numbers reserved for television "
                "within 24 hours"
            ],
        ),
    ],
)
def test_a_service_with_unusual_texts_is_named(errors, monkeypatch, texts, expected):
    monkeypatch.setattr(checks, "unusual_texts", lambda _: [texts])

    checks.check_services_with_high_failure_rates_or_tv_numbers()

    assert errors() == expected


def test_without_texts_nothing_is_said_of_services(errors):
    checks.check_services_with_high_failure_rates_or_tv_numbers()

    assert errors() == []


@pytest.mark.parametrize(("free", "is_few"), [(50, True), (51, False)])
def test_few_free_numbers_raise_an_alert(errors, free, is_few):
    InboundNumberFactory.create_batch(free)
    InboundNumberFactory(service=ServiceFactory())
    InboundNumberFactory(active=False)

    checks.check_low_available_inbound_numbers()

    expected = "50 inbound numbers are left to give to services: load more"
    assert errors() == ([expected] if is_few else [])


def test_an_installation_without_numbers_needs_none(errors):
    checks.check_low_available_inbound_numbers()

    assert errors() == []
