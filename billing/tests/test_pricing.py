"""From uses to charges, and the same by a plain sum of the database."""

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from billing.models import AnnualBilling, FactBilling
from billing.pricing import Use, price, remainder, total
from billing.usage import monthly_usage, year_of, yearly_summary
from services.tests.factories import ServiceFactory

RATES = [Decimal("0.0158"), Decimal("0.0233"), Decimal("0.024"), Decimal("0.00001")]
LETTER_RATES = [Decimal("0.73"), Decimal("1.56"), Decimal("0.50")]
# The whole year at once, as it would be written on paper: no walk, no window of Python's.
PLAIN_SUM = """
WITH texts AS (
    SELECT bst_date, rate, sum(billable_units::numeric * rate_multiplier) AS units
    FROM ft_billing WHERE service_id = %(service)s AND notification_type = 'sms'
    GROUP BY bst_date, rate
), walked AS (
    SELECT rate, greatest(
        least(units, sum(units) OVER (ORDER BY bst_date) - %(allowance)s), 0
    ) AS charged
    FROM texts
)
SELECT
    (SELECT coalesce(sum(charged * rate), 0) FROM walked),
    (SELECT coalesce(sum(notifications_sent * rate), 0) FROM ft_billing
        WHERE service_id = %(service)s AND notification_type = 'letter'),
    (SELECT coalesce(sum(charged), 0) FROM walked)
"""


def text(day, units, rate="0.0158"):
    return Use(date(2018, 4, day), "sms", Decimal(rate), "none", 1, units)


def test_texts_are_free_until_the_allowance_is_used_up():
    charges = price([text(1, 7), text(2, 7), text(3, 7)], 10)

    assert [(each.free, each.charged) for each in charges] == [(7, 0), (3, 4), (0, 7)]
    assert total(charges) == Decimal("0.1738")
    assert remainder(charges, 10) == 0


def test_letters_and_emails_use_nothing_of_the_allowance():
    day = date(2018, 4, 1)
    letter = Use(day, "letter", Decimal("0.30"), "second", 4, 4)
    email = Use(day, "email", Decimal(0), "none", 100, 0)

    charges = price([letter, email], 10)

    assert [each.free for each in charges] == [0, 0]
    assert total(charges) == Decimal("1.20")
    assert remainder(charges, 10) == 10


def random_facts(service, seed):
    dice = random.Random(seed)
    rows = []
    for ahead in sorted(dice.sample(range(365), dice.randint(0, 60))):
        day = date(2018, 4, 1) + timedelta(days=ahead)
        rate = RATES[ahead * len(RATES) // 365]
        for template in range(dice.randint(1, 4)):
            for multiplier in dice.sample([1, 2, 3, 10], dice.randint(1, 3)):
                row = {"notification_type": "sms", "rate": rate, "rate_multiplier": multiplier}
                rows.append((day, template, row | {"billable_units": dice.randint(0, 900)}))
        for rate in dice.sample(LETTER_RATES, dice.randint(0, 3)):
            row = {"notification_type": "letter", "rate": rate, "rate_multiplier": 1}
            rows.append((day, 0, row | {"postage": "second", "billable_units": 5}))
        if dice.random() < 0.5:
            row = {"notification_type": "email", "rate": 0, "rate_multiplier": 0}
            rows.append((day, 0, row | {"billable_units": 0}))
    FactBilling.objects.bulk_create(
        FactBilling(
            service_id=service.id,
            bst_date=day,
            template_id=f"00000000-0000-0000-0000-{template:012}",
            provider="mmg",
            notifications_sent=dice.randint(1, 500),
            **values,
        )
        for day, template, values in rows
    )
    return dice.choice([0, 1, 100, 5_000, 10**9])


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(40))
def test_any_year_costs_what_a_plain_sum_of_the_database_says(seed):
    service = ServiceFactory()
    allowance = random_facts(service, seed)
    AnnualBilling.objects.create(
        service=service, financial_year_start=2018, free_sms_fragment_limit=allowance
    )
    with connection.cursor() as cursor:
        cursor.execute(PLAIN_SUM, {"service": service.id, "allowance": allowance})
        texts, letters, charged = cursor.fetchone()

    charges = year_of(service, 2018).charges
    yearly, monthly = yearly_summary(service, 2018), monthly_usage(service, 2018)

    of_texts = [each for each in charges if each.use.notification_type == "sms"]
    assert total(of_texts) == texts
    assert total(charges) == texts + letters
    assert sum(each.charged for each in of_texts) == charged
    assert all(each.free + each.charged == each.use.units for each in charges)
    assert sum(each.free for each in charges) <= allowance
    assert sum(line.cost for line in yearly) == sum(line.cost for line in monthly)
    for line in yearly:
        months = [each for each in monthly if alike(each, line)]
        if line.notification_type != "email":
            assert sum(each.charged_units for each in months) == line.charged_units
            assert sum(each.notifications_sent for each in months) == line.notifications_sent
    assert all(isinstance(line.cost, Decimal) for line in yearly + monthly)


def alike(one, other):
    return (one.notification_type, one.rate) == (other.notification_type, other.rate)
