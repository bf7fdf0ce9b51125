"""What sending a file would cost."""

from decimal import Decimal

import pytest

from notifications import hooks
from notifications.jobs.estimate import Estimate
from notifications.prices import letter_price
from notify_project import clock
from notify_project.recipients.rates import INTERNATIONAL_RATES
from services.tests.factories import ServiceFactory
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db
LONG = "x" * 200


def estimate(mailings, text, template):
    return mailings.upload(text, template, keep=False).estimate


def test_texts_are_priced_beyond_what_is_free(mailings, prices):
    permissions = ("sms", "international_sms")
    service = ServiceFactory(permissions=permissions, prefix_sms=True, name="Library")
    template = TemplateFactory(service=service)
    rows = ["07900900123,Jo", f"07900900124,{LONG}", "+1 202 555 0123,Al", "+48 512 345 678,Al"]
    text = "\n".join(["phone number,name", *rows])

    found = estimate(mailings, text, template)

    # Two parts of the long one; America and Poland by their multipliers.
    units = 1 + 2 + 1 + 1
    assert found == Estimate(
        messages=4,
        fragments=5,
        chargeable_units=units,
        free_allowance_left=2,
        free_allowance_used=2,
        charged_units=3,
        pounds=Decimal("0.06"),
    )


def test_multipliers_of_countries_count(mailings, prices):
    service = ServiceFactory(permissions=("sms", "international_sms"))

    found = estimate(
        mailings, "phone number,name\n+33 6 12 34 56 78,Jo", TemplateFactory(service=service)
    )

    units = INTERNATIONAL_RATES["33"].multiplier
    assert units > 1
    assert (found.fragments, found.chargeable_units, found.charged_units) == (1, units, units - 2)


def test_rows_that_cannot_be_sent_and_messages_that_reach_nobody_cost_nothing(mailings, prices):
    some = estimate(mailings, "phone number,name\nabc,Jo\n07900900123,Al", TemplateFactory())
    template = TemplateFactory(service=ServiceFactory(research=True))
    unreal = estimate(mailings, "phone number,name\n07900900123,Al", template)

    assert (some.messages, some.fragments, some.chargeable_units) == (2, 1, 1)
    assert (unreal.fragments, unreal.chargeable_units, unreal.pounds) == (1, 0, 0)


def test_without_the_columns_nothing_is_estimated_and_emails_are_free(mailings):
    assert estimate(mailings, "phone number\n07900900123", TemplateFactory()) is None
    email = estimate(mailings, "email address,name\njo@example.org,Jo", TemplateFactory(email=True))
    assert (email.messages, email.fragments, email.pounds, email.is_least) == (1, None, 0, False)


@pytest.mark.parametrize("crown", [True, False])
def test_letters_cost_at_least_a_sheet_each_at_the_price_of_the_service(mailings, prices, crown):
    service = ServiceFactory(permissions=("letter", "international_letters"), crown=crown)
    rows = ["Jo,1 High St,SW1A 2AA,Jo", "Al,2 High St,SW1A 2AA,Al", "Bo,1 Rue,France,Bo"]
    text = "\n".join(["address line 1,address line 2,address line 7,name", *rows])

    found = estimate(mailings, text, TemplateFactory(letter=True, service=service))

    today = clock.london_today()
    assert prices == [
        hooks.LetterPrice(today, 1, "second", crown),
        hooks.LetterPrice(today, 1, "europe", crown),
    ]
    assert (found.messages, found.fragments, found.charged_units) == (3, None, 3)
    assert (found.pounds, found.is_least) == (Decimal("3.30"), True)


def test_a_letter_without_sheets_costs_nothing():
    assert letter_price(clock.london_today(), sheets=0, postage="second", crown=None) == 0
