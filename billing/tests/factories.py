"""The smallest valid rows of the billing app."""

import uuid
from datetime import date
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from billing.models import FactBilling, LetterRate, Rate
from notifications.models import NotificationHistory
from notify_project import clock
from notify_project.clock import london_midnight
from services.tests.factories import ServiceFactory

TEMPLATE_ID = uuid.UUID("3d1bd2b8-5d8e-4d6c-8a52-5d0d6a0a3c11")


class RateFactory(DjangoModelFactory):
    """A price of texts from a London day on."""

    class Meta:
        model = Rate

    class Params:
        day = date(2001, 1, 1)

    rate = Decimal("0.01")
    valid_from = factory.LazyAttribute(lambda o: london_midnight(o.day))


class LetterRateFactory(DjangoModelFactory):
    """A price of letters of one sheet from a London day on."""

    class Meta:
        model = LetterRate

    class Params:
        day = date(2001, 1, 1)

    rate = Decimal("0.5")
    sheet_count = 1
    crown = True
    post_class = "second"
    start_date = factory.LazyAttribute(lambda o: london_midnight(o.day))


def sent(service, **given):
    """Make history rows of a service, delivered unless said; return them."""
    notification_type = given.pop("type", "sms")
    count = given.pop("count", 1)
    values = {
        "service": service,
        "template_id": TEMPLATE_ID,
        "template_version": 1,
        "notification_type": notification_type,
        "key_type": "normal",
        "status": "delivered",
        "billable_units": 0 if notification_type == "email" else 1,
        "sent_by": {"sms": "mmg", "email": "smtp"}.get(notification_type),
        "rate_multiplier": 1 if notification_type == "sms" else None,
        "postage": "second" if notification_type == "letter" else None,
        "created_at": clock.now(),
        **given,
    }
    return NotificationHistory.objects.bulk_create(
        NotificationHistory(id=uuid.uuid4(), **values) for _ in range(count)
    )


class FactBillingFactory(DjangoModelFactory):
    """A day of texts of a service."""

    class Meta:
        model = FactBilling

    bst_date = factory.LazyFunction(clock.london_today)
    template_id = factory.LazyFunction(uuid.uuid4)
    service_id = factory.LazyAttribute(lambda _: ServiceFactory().id)
    notification_type = "sms"
    provider = "mmg"
    rate_multiplier = 1
    rate = Decimal("0.02")
    billable_units = 150
    notifications_sent = 150
