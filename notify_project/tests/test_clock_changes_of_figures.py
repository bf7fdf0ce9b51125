"""What is counted and charged by London's days, on the days on which the clocks change there."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db.models import Sum
from freezegun import freeze_time

from billing.allowances import current_year
from billing.daily import rebuild_day
from billing.forecast import forecast
from billing.models import AnnualBilling, FactBilling, Rate
from billing.rates import forget_rates
from billing.tasks import update_ft_billing_for_today
from billing.tests.factories import TEMPLATE_ID, RateFactory, sent
from billing.usage import monthly_usage, yearly_summary
from notifications import hooks
from notifications.models import FactNotificationStatus, FactProcessingTime
from notifications.statistics.daily_status import replace_facts
from notifications.statistics.platform_statistics import platform_totals
from notifications.statistics.processing_time import save_processing_time
from notifications.statistics.service_statistics import monthly_statistics, service_statistics
from notifications.statistics.uncounted_days import days_to_count
from notifications.statistics.usage_in_history import count_usage
from notify_project.clock import financial_year_days, london_day, london_midnight
from notify_project.tests.clock_changes import DAY, HOUR, MICROSECOND, each_change, one_of_each
from services.tests.factories import ApiKeyFactory, ServiceFactory

pytestmark = pytest.mark.django_db
OLD, NEW = Decimal("0.02"), Decimal("0.03")


@pytest.fixture(autouse=True)
def _prices():
    forget_rates()
    Rate.objects.all().delete()
    RateFactory(rate=OLD)
    yield
    forget_rates()


@pytest.fixture
def service():
    """Give a service that pays for every text."""
    service = ServiceFactory()
    AnnualBilling.objects.bulk_create(
        AnnualBilling(service=service, financial_year_start=year, free_sms_fragment_limit=0)
        for year in range(2026, 2032)
    )
    return service


def numbers(tallies):
    return tallies["sms"].requested


@each_change
def test_every_figure_has_each_hour_of_the_day_once(changed, hours, service):
    key = ApiKeyFactory(service=service)
    begin, end = london_midnight(changed), london_midnight(changed + DAY)
    for hour in range(-1, hours + 1):
        at = begin + hour * HOUR
        sent(service, created_at=at, sent_at=at, api_key_id=key.id)
    days = [changed - DAY, changed, changed + DAY]
    expected = [1, hours, 1]

    with freeze_time(end - MICROSECOND):
        today = numbers(service_statistics(service.id, 0))
        week = numbers(service_statistics(service.id, 7))
    with freeze_time(end + DAY):
        to_count = {each.day for each in days_to_count(changed + 2 * DAY)}
        unread = [platform_totals(day, day)["sms"].tally.requested for day in days]
        for day in days:
            replace_facts(service.id, day)
            save_processing_time(day)
            rebuild_day(day)

    assert (today, week) == (hours, hours + 1)
    assert to_count == set(days)
    assert unread == expected
    assert [count_usage(service.id, [day])[day][TEMPLATE_ID] for day in days] == expected
    for facts, column in (
        (FactNotificationStatus, "notification_count"),
        (FactBilling, "notifications_sent"),
        (FactProcessingTime, "messages_total"),
    ):
        rows = facts.objects.values_list("bst_date").annotate(n=Sum(column)).order_by("bst_date")
        assert [n for _, n in rows] == expected, facts


@each_change
def test_a_price_begins_with_the_first_moment_of_its_day(changed, hours, service):
    RateFactory(rate=NEW, day=changed)
    for at in (london_midnight(changed), london_midnight(changed) - MICROSECOND):
        sent(service, created_at=at)
        rebuild_day(london_day(at))

    rates = dict(FactBilling.objects.values_list("bst_date", "rate"))

    assert rates == {changed - DAY: OLD, changed: NEW}
    assert [hooks.sms_rate(day) for day in (changed - DAY, changed, changed + DAY)] == [
        *(OLD, NEW, NEW)
    ]


@one_of_each
def test_each_hour_builds_its_own_day_and_the_first_one_the_day_before(changed, hours, service):
    begin = london_midnight(changed)
    expected = {
        0: changed - DAY,
        1: changed,
        hours - 1: changed,
        hours: changed,
        hours + 1: changed + DAY,
    }
    for hour, day in expected.items():
        sent(service, created_at=begin + hour * HOUR - MICROSECOND)
        FactBilling.objects.all().delete()
        with freeze_time(begin + hour * HOUR):
            update_ft_billing_for_today()

        assert set(FactBilling.objects.values_list("bst_date", flat=True)) == {day}, hour


@each_change
def test_today_is_part_of_a_forecast_until_it_ends(changed, hours, service):
    FactBilling.objects.bulk_create(
        FactBilling(
            service_id=service.id,
            template_id=TEMPLATE_ID,
            bst_date=changed - back * DAY,
            notification_type="sms",
            provider="mmg",
            rate_multiplier=1,
            rate=OLD,
            billable_units=100,
            notifications_sent=100,
        )
        for back in range(1, 29 + changed.day)
    )
    sent(service, created_at=london_midnight(changed), billable_units=40)

    with freeze_time(london_midnight(changed + DAY) - MICROSECOND):
        month = forecast(service).month

    assert month.spent == ((changed.day - 1) * 100 + 40) * OLD
    assert month.expected == 31 * 100 * OLD
    assert month.ends_on == changed.replace(day=31)


def test_a_month_ends_when_the_clocks_have_gone_back(service):
    # 31 October: the month begins an hour before midnight of UTC, and ends at midnight.
    instants = [
        datetime(2027, 9, 30, 22, 59, 59, tzinfo=UTC),
        datetime(2027, 9, 30, 23, tzinfo=UTC),
        datetime(2027, 10, 31, 23, 59, 59, tzinfo=UTC),
        datetime(2027, 11, 1, tzinfo=UTC),
    ]
    with freeze_time("2027-11-02T12:00:00Z"):
        for at in instants:
            sent(service, created_at=at)
            rebuild_day(london_day(at))
            replace_facts(service.id, london_day(at))
        statistics = monthly_statistics(service.id, 2027)
        months = {line.month: line.notifications_sent for line in monthly_usage(service, 2027)}

    counts = {month: sum(kinds["sms"].values()) for month, kinds in statistics.items()}
    wanted = {"2027-09": 1, "2027-10": 2, "2027-11": 1}
    assert {month: count for month, count in counts.items() if count} == wanted
    assert {f"{month:%Y-%m}": count for month, count in months.items()} == wanted


def test_a_financial_year_ends_with_the_day_on_which_the_clocks_go_forward(service):
    # 31 March 2030: midnight in London is an hour before that of UTC, for the first time.
    begin = datetime(2030, 3, 31, 23, tzinfo=UTC)
    for at in (begin - MICROSECOND, begin):
        sent(service, created_at=at)
        rebuild_day(london_day(at))
        with freeze_time(at):
            assert current_year() == (2029 if at < begin else 2030)

    with freeze_time(begin + timedelta(days=2)):
        bills = [yearly_summary(service, year) for year in (2029, 2030)]
        statistics = [monthly_statistics(service.id, year) for year in (2029, 2030)]

    assert [[line.charged_units for line in bill] for bill in bills] == [[1], [1]]
    assert statistics[0]["2030-03"]["sms"] == statistics[1]["2030-04"]["sms"] == {"delivered": 1}
    assert london_midnight(financial_year_days(2030)[0]) == begin
