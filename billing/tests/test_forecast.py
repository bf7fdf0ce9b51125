"""What months and years will have cost."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from freezegun import freeze_time

from billing.budgets import set_budget
from billing.daily import rebuild_day
from billing.forecast import forecast
from billing.models import AnnualBilling, FactBilling
from billing.tests.factories import TEMPLATE_ID, RateFactory, sent
from services.tests.factories import ServiceFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("price_list")]
TODAY = date(2026, 6, 15)
RATE = Decimal("0.024")


@pytest.fixture(autouse=True)
def _today():
    with freeze_time("2026-06-15T00:30:00+01:00"):
        yield


@pytest.fixture
def service():
    service = ServiceFactory()
    allow(service, 0)
    return service


def allow(service, limit):
    AnnualBilling.objects.update_or_create(
        service=service,
        financial_year_start=2026,
        defaults={"free_sms_fragment_limit": limit},
    )


def used(service, days, units, **values):
    """Write facts of the days before today, so many units on each."""
    FactBilling.objects.bulk_create(
        FactBilling(
            service_id=service.id,
            template_id=TEMPLATE_ID,
            bst_date=TODAY - timedelta(days=back),
            **{
                "notification_type": "sms",
                "provider": "mmg",
                "rate_multiplier": 1,
                "rate": RATE,
                "billable_units": units,
                "notifications_sent": units,
                **values,
            },
        )
        for back in days
    )


def test_a_service_that_sends_the_same_each_day_goes_on_so(service):
    used(service, range(1, 76), 100)  # since 1 April

    found = forecast(service)

    assert (found.month.spent, found.month.expected) == (14 * 100 * RATE, 30 * 100 * RATE)
    assert (found.year.spent, found.year.expected) == (75 * 100 * RATE, 365 * 100 * RATE)
    assert found.allowance_used_up_on == date(2026, 4, 1)
    assert (found.month.starts_on, found.month.ends_on) == (date(2026, 6, 1), date(2026, 6, 30))


def test_each_day_of_the_week_is_like_its_own_kind(service):
    # 1 June 2026 is a Monday, as is today.
    used(service, [7, 14, 21, 28], 100)

    found = forecast(service)

    # Mondays of June: two were, today and two to come; of the year from today: 42.
    assert found.month.expected == 5 * 100 * RATE
    assert found.year.expected == (4 + 42) * 100 * RATE


def test_the_allowance_is_used_up_first(service):
    used(service, range(1, 76), 100)
    allow(service, 75 * 100 + 250)

    found = forecast(service)

    assert found.year.spent == 0
    assert found.year.expected == (290 * 100 - 250) * RATE
    assert found.allowance_used_up_on == date(2026, 6, 17)


def test_an_allowance_that_suffices_is_never_used_up(service):
    used(service, range(1, 76), 100)
    allow(service, 10**8)

    found = forecast(service)

    assert (found.year.expected, found.allowance_used_up_on) == (0, None)


def test_days_to_come_have_the_price_that_they_will_have(service):
    used(service, range(1, 29), 10)
    RateFactory(day=date(2027, 1, 1), rate=Decimal("0.1"))

    found = forecast(service)

    days = (date(2027, 1, 1) - TODAY).days
    assert found.year.expected == (28 + days) * 10 * RATE + 90 * 10 * Decimal("0.1")


def test_what_was_sent_today_is_part_of_what_is_expected_of_today(service):
    used(service, range(1, 29), 10)
    before = forecast(service).month.expected
    sent(service, created_at=datetime(2026, 6, 14, 23, 10, tzinfo=UTC), count=4)
    usual = forecast(service).month
    sent(service, created_at=datetime(2026, 6, 14, 23, 10, tzinfo=UTC), count=26)

    busy = forecast(service).month

    assert usual.expected == before
    assert usual.spent == (14 * 10 + 4) * RATE
    assert busy.expected == before + 20 * RATE


def test_a_young_service_is_judged_by_the_days_it_has_had(service):
    used(service, [1, 2], 100)

    assert forecast(service).month.expected == (2 + 16) * 100 * RATE


def test_letters_are_expected_at_their_prices_and_emails_at_none(service):
    letter = {"notification_type": "letter", "postage": "second", "rate": Decimal("0.73")}
    used(service, range(1, 76), 2, **letter)
    used(service, range(1, 76), 9, notification_type="email", rate=0, rate_multiplier=0)

    found = forecast(service)

    assert found.year.expected == 365 * 2 * Decimal("0.73")
    assert found.allowance_used_up_on is None


def test_a_new_service_is_expected_to_have_cost_what_it_cost(service):
    sent(service, created_at=datetime(2026, 6, 14, 23, 10, tzinfo=UTC), count=4)

    found = forecast(service)

    assert found.year.spent == 4 * RATE
    assert found.year.expected == Decimal("0.10")


def test_a_forecast_shows_the_budgets(service):
    set_budget(service, "month", Decimal(50), actor=None)
    rebuild_day(TODAY)

    found = forecast(service)

    assert (found.month.budget, found.year.budget) == (50, None)
