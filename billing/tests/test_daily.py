"""One day of bills: the same however often, and whenever, it is built."""

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db.models import Sum
from freezegun import freeze_time

from billing import tasks
from billing.daily import RatesMissing, compare, rebuild, rebuild_day
from billing.models import FactBilling, LetterRate, Rate
from billing.rates import prices_of
from billing.tests.factories import sent
from billing.usage import yearly_summary
from notifications.models import Notification, NotificationHistory
from notifications.receipts.letter_event import LetterReport
from notifications.receipts.letters import apply_report
from notifications.receipts.returned_letters import record_returned
from notifications.retention.purge import purge_letters, purge_texts_and_emails
from notifications.statuses import BILLABLE, Status
from notifications.tests.factories import NotificationFactory
from services.tests.factories import ServiceFactory
from templates_app.tests.factories import TemplateFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("price_list")]
DAY = date(2026, 6, 15)
NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)
UNTIMED = ("id", "created_at", "updated_at")


def rows():
    """Return all facts, without their times and ids."""
    names = [f.name for f in FactBilling._meta.fields if f.name not in UNTIMED]
    return sorted(FactBilling.objects.values_list(*names), key=str)


def test_a_day_is_the_same_ten_times_before_and_after_its_messages_are_deleted(files):
    service = ServiceFactory()
    dice = random.Random(7)
    templates = [
        TemplateFactory(service=service, email=kind == "email", letter=kind == "letter")
        for kind in ("sms", "email", "letter", "sms")
    ]
    for _ in range(120):
        template = dice.choice(templates)
        NotificationFactory(
            template=template,
            created_at=NOON + timedelta(seconds=dice.randint(-40_000, 39_000)),
            status=dice.choice(["delivered", "permanent-failure", "technical-failure"]),
            billable_units=0 if template.template_type == "email" else dice.randint(1, 5),
            key_type=dice.choice(["normal", "team"]),
        )
    built, costs = [], []

    for turn in range(10):
        if turn == 5:
            assert purge_texts_and_emails(date(2026, 7, 15)).count > 0
            assert purge_letters(date(2026, 7, 15)).count > 0
            assert not Notification.objects.exists()
        if turn % 2:
            FactBilling.objects.all().delete()
        rebuild_day(DAY)
        built.append(rows())
        costs.append([line.cost for line in yearly_summary(service, 2026)])

    assert len(built[0]) > 2
    assert all(each == built[0] for each in built)
    assert all(each == costs[0] for each in costs)


def test_a_day_counts_what_history_has_in_the_statuses_that_are_charged():
    service = ServiceFactory()
    for kind in BILLABLE:
        for status in Status:
            sent(service, created_at=NOON, type=kind.value, status=status.value, count=2)

    rebuild_day(DAY)

    for kind, statuses in BILLABLE.items():
        history = NotificationHistory.objects.filter(notification_type=kind, status__in=statuses)
        facts = FactBilling.objects.filter(notification_type=kind)
        assert facts.aggregate(n=Sum("notifications_sent"))["n"] == history.count()


def test_a_right_day_is_not_written_again():
    service = ServiceFactory()
    sent(service, created_at=NOON)
    rebuild_day(DAY)
    before = list(FactBilling.objects.values_list("id", "created_at"))

    assert rebuild_day(DAY) == 0

    assert list(FactBilling.objects.values_list("id", "created_at")) == before


def test_days_and_services_are_built_apart():
    one, other = ServiceFactory(), ServiceFactory()
    sent(one, created_at=NOON)
    sent(other, created_at=NOON)
    sent(one, created_at=NOON + timedelta(days=1))
    for day in (DAY, DAY + timedelta(days=1)):
        rebuild_day(day)
    NotificationHistory.objects.all().update(status="technical-failure")

    rebuild(one, DAY, prices_of(DAY))

    left = FactBilling.objects.values_list("service_id", "bst_date")
    assert set(left) == {(other.id, DAY), (one.id, DAY + timedelta(days=1))}


def test_a_comparison_writes_nothing():
    service = ServiceFactory()
    sent(service, created_at=NOON, billable_units=2)

    [(row, stored, built)] = compare(service, DAY, prices_of(DAY)).changes

    assert (stored, built) == (None, (2, 1))
    assert row.rate == Decimal("0.024")
    assert rows() == []


def test_a_missing_price_stops_only_its_messages_and_is_told_and_healed(caplog):
    service, other = ServiceFactory(), ServiceFactory()
    LetterRate.objects.filter(post_class="first").delete()
    sent(service, created_at=NOON, type="letter", postage="first", billable_units=2)
    sent(service, created_at=NOON, type="letter")
    sent(other, created_at=NOON)

    with pytest.raises(RatesMissing, match="2026-06-15: 1 services"):
        tasks.create_billing_of_day("2026-06-15")

    assert sorted(FactBilling.objects.values_list("notification_type", "postage")) == [
        ("letter", "second"),
        ("sms", "none"),
    ]
    assert (
        f"no price on 2026-06-15 of service {service.id}: letter, 2 sheets, first class, crown"
        in caplog.messages
    )
    LetterRate.objects.create(
        start_date=datetime(2026, 4, 6, 23, tzinfo=UTC),
        sheet_count=2,
        rate=Decimal("1.61"),
        crown=True,
        post_class="first",
    )
    tasks.create_billing_of_day("2026-06-15")
    assert FactBilling.objects.filter(rate=Decimal("1.61"), postage="first").count() == 1


def test_texts_without_a_price_are_left_out_and_told(caplog):
    service = ServiceFactory()
    Rate.objects.all().delete()
    sent(service, created_at=NOON)

    with pytest.raises(RatesMissing):
        rebuild_day(DAY)

    assert rows() == []
    assert any(message.endswith(": sms") for message in caplog.messages)


@pytest.mark.parametrize(
    ("now", "first", "last"),
    [
        ("2026-06-14T23:15:00Z", "2026-06-05", "2026-06-14"),
        # A night after the clocks went back: calendar days, not periods of 24 hours.
        ("2026-10-26T00:15:00Z", "2026-10-16", "2026-10-25"),
    ],
)
def test_the_night_queues_the_last_ten_london_days(recorded_tasks, now, first, last):
    with freeze_time(now):
        tasks.create_nightly_billing()

    days = [task.args[0] for task in recorded_tasks]
    assert (days[0], days[-1], len(days)) == (first, last, 10)
    assert {(task.function, task.queue) for task in recorded_tasks} == {
        ("create_billing_of_day", "reporting")
    }


def test_a_task_of_the_night_builds_its_day_on_a_worker(transactional_db, run_tasks, price_list):
    service = ServiceFactory()
    sent(service, created_at=NOON)

    with freeze_time("2026-06-15T23:15:00Z"):
        tasks.create_nightly_billing()
    run_tasks("reporting")

    assert FactBilling.objects.get().bst_date == DAY


@pytest.mark.parametrize(
    ("now", "days"),
    [
        ("2026-06-15T12:00:00Z", {DAY}),
        ("2026-06-15T23:00:00Z", {DAY, DAY + timedelta(days=1)}),
        ("2026-06-16T00:00:00Z", {DAY + timedelta(days=1)}),
    ],
)
def test_each_hour_builds_today_and_the_first_one_the_end_of_yesterday(now, days):
    service = ServiceFactory()
    sent(service, created_at=datetime(2026, 6, 15, 11, tzinfo=UTC))
    sent(service, created_at=datetime(2026, 6, 15, 23, tzinfo=UTC))

    with freeze_time(now):
        tasks.update_ft_billing_for_today()

    assert set(FactBilling.objects.values_list("bst_date", flat=True)) == days


def test_a_letter_that_is_refused_after_it_was_deleted_costs_nothing_any_more():
    letters = [
        NotificationFactory(letter=True, created_at=NOON, status="sending", billable_units=1)
        for _ in range(2)
    ]
    rebuild_day(DAY)
    before = {fact.service_id: fact.billable_units for fact in FactBilling.objects.all()}
    Notification.objects.all().delete()

    apply_report(LetterReport(letters[0].id, Status.TECHNICAL_FAILURE))
    apply_report(LetterReport(letters[1].id, Status.DELIVERED, 1))
    record_returned([letters[1].reference], now=NOON)
    rebuild_day(DAY)

    assert before == {each.service_id: 1 for each in letters}
    assert [fact.service_id for fact in FactBilling.objects.all()] == [letters[1].service_id]
