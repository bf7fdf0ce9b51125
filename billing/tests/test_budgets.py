"""Budgets, and telling of them once."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from freezegun import freeze_time

from billing import tasks
from billing.budgets import InvalidBudget, set_budget, tell_of_spent_budgets
from billing.models import AnnualBilling, Budget, BudgetAlert
from billing.tests.factories import sent
from notify_project.tests.at_once import at_once
from services.tests.factories import ServiceFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("price_list")]
NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)
METRIC = "notify_budgets_spent_total"


@pytest.fixture(autouse=True)
def _today():
    with freeze_time("2026-06-15T13:00:00Z"):
        yield


@pytest.fixture
def service():
    return spending_service()


def spending_service():
    service = ServiceFactory()
    for year in (2025, 2026):
        AnnualBilling.objects.create(
            service=service, financial_year_start=year, free_sms_fragment_limit=0
        )
    return service


def spend(service, fragments, at=NOON):
    """Send fragments of 2.4 pence."""
    sent(service, created_at=at, billable_units=fragments)


def percents(period="month"):
    alerts = BudgetAlert.objects.filter(budget__period=period).order_by("percent")
    return list(alerts.values_list("percent", flat=True))


def test_each_share_is_told_once_when_it_is_reached(service, caplog, counted):
    set_budget(service, "month", Decimal(24), actor=None)
    told = []

    for fragments in (499, 1, 299, 1, 200, 5000):
        spend(service, fragments)
        told.append((tell_of_spent_budgets(), tell_of_spent_budgets()))

    assert told == [(0, 0), (1, 0), (0, 0), (1, 0), (1, 0), (0, 0)]
    assert percents() == [50, 80, 100]
    assert [record.alert for record in caplog.records] == ["BudgetSpent"] * 3
    assert caplog.messages[0] == (
        f"service {service.id} spent 50 % of its budget of 24.00 pounds a month from 2026-06-01 on"
    )
    assert counted(METRIC) == {("month", share): 1 for share in ("50", "80", "100")}


def test_a_jump_over_all_shares_tells_each(service):
    set_budget(service, "month", Decimal(1), actor=None)
    spend(service, 1000)

    assert tell_of_spent_budgets() == 3


def test_a_new_month_is_told_anew_and_does_not_count_the_old_one(service):
    set_budget(service, "month", Decimal("2.40"), actor=None)
    spend(service, 50)
    tell_of_spent_budgets()

    with freeze_time("2026-06-30T23:00:00Z"):
        nothing = tell_of_spent_budgets()
        spend(service, 60, at=datetime(2026, 6, 30, 23, tzinfo=UTC))
        again = tell_of_spent_budgets()

    assert (nothing, again) == (0, 1)
    assert percents() == [50, 50]


def test_a_budget_of_a_year_is_of_the_financial_year(service):
    set_budget(service, "year", Decimal("2.40"), actor=None)
    spend(service, 1000, at=datetime(2026, 3, 31, 22, 59, tzinfo=UTC))
    tasks.create_billing_of_day("2026-03-31")
    spend(service, 50, at=datetime(2026, 3, 31, 23, 0, tzinfo=UTC))
    tasks.create_billing_of_day("2026-04-01")

    tasks.alert_on_spent_budgets()

    assert percents("year") == [50]


def test_what_is_free_spends_nothing(service):
    set_budget(service, "month", Decimal("0.01"), actor=None)
    AnnualBilling.objects.update(free_sms_fragment_limit=1000)
    spend(service, 1000)

    assert tell_of_spent_budgets() == 0


def test_a_new_amount_is_told_anew(service):
    set_budget(service, "month", Decimal("2.40"), actor=None)
    spend(service, 60)
    tell_of_spent_budgets()
    set_budget(service, "month", Decimal("2.50"), actor=None)

    assert tell_of_spent_budgets() == 1


def test_archived_services_are_not_told(service):
    set_budget(service, "month", Decimal("2.40"), actor=None)
    spend(service, 100)
    type(service).objects.filter(id=service.id).update(active=False, version=2)

    assert tell_of_spent_budgets() == 0


def test_ending_a_budget_that_is_not_there_is_nothing(service):
    assert set_budget(service, "month", None, actor=None) is None


@pytest.mark.parametrize("pounds", ["0", "-1", "0.001", "NaN", "1e12"])
def test_an_impossible_budget_is_refused(service, pounds):
    with pytest.raises(InvalidBudget):
        set_budget(service, "month", Decimal(pounds), actor=None)

    assert not Budget.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_several_workers_tell_once(price_list, caplog):
    service = spending_service()
    set_budget(service, "month", Decimal("2.40"), actor=None)
    spend(service, 100)

    at_once(*[tell_of_spent_budgets] * 4)

    assert BudgetAlert.objects.count() == len(caplog.records) == 3
