"""How quickly messages were handed over."""

import uuid
from datetime import date, timedelta

import pytest
from freezegun import freeze_time

from notifications.models import FactProcessingTime
from notifications.statistics import tasks
from notifications.statistics.processing_time import (
    ProcessingTime,
    processing_times,
    save_processing_time,
)
from notifications.tests.factories import NotificationHistoryFactory
from notifications.tests.statistics.facts import at
from services.tests.factories import ServiceFactory

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 10)
NOON = at("2026-06-10T12:00:00")


def handed_over(seconds=1, created_at=NOON, **values):
    took = None if seconds is None else timedelta(seconds=seconds)
    NotificationHistoryFactory(
        **{
            "service": ServiceFactory(),
            "api_key_id": uuid.uuid4(),
            "created_at": created_at,
            "sent_at": took and created_at + took,
            **values,
        }
    )


def of_the_day(day=DAY):
    save_processing_time(day)
    [found] = processing_times(day, day)
    return found.messages_total, found.messages_within_10_secs


@pytest.mark.parametrize(("seconds", "quick"), [(0.1, 1), (10, 1), (10.000001, 0), (None, 0)])
def test_ten_seconds_are_quick(seconds, quick):
    handed_over(seconds)

    assert of_the_day() == (1, quick)


def test_only_what_programs_sent_by_email_and_text_counts():
    handed_over(notification_type="email")
    handed_over(notification_type="letter", postage="second")
    handed_over(api_key_id=None)

    assert of_the_day() == (1, 1)


def test_a_day_is_a_london_day():
    for instant in ("2026-06-09T22:59:59", "2026-06-09T23:00:00", "2026-06-10T22:59:59"):
        handed_over(created_at=at(instant))

    assert of_the_day() == (2, 2)


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        (date(2026, 3, 29), "2026-03-29T00:00:00", "2026-03-29T22:59:59.999999"),
        (date(2026, 10, 25), "2026-10-24T23:00:00", "2026-10-25T23:59:59.999999"),
    ],
    ids=["23 hours", "25 hours"],
)
def test_the_days_on_which_clocks_change(day, first, last):
    beyond = timedelta(microseconds=1)
    for instant in (at(first) - beyond, at(first), at(last), at(last) + beyond):
        handed_over(created_at=instant)

    assert of_the_day(day) == (2, 2)


def test_a_day_without_messages_was_quick():
    save_processing_time(DAY)

    [found] = processing_times(DAY, DAY)

    assert (found.messages_total, found.percentage) == (0, 100)


def test_the_share_is_of_all():
    assert ProcessingTime(DAY, 200, 199).percentage == 99.5


def test_counting_again_replaces_what_was_counted():
    handed_over()
    first = of_the_day()
    handed_over(20)

    assert (first, of_the_day()) == ((1, 1), (2, 1))


def test_the_night_counts_yesterday_and_the_days_that_nobody_counted():
    for back in (0, 1, 2, 10, 11):
        handed_over(created_at=NOON - timedelta(days=back))
    for back in (2, 3, 4):
        FactProcessingTime.objects.create(
            bst_date=DAY - timedelta(days=back), messages_total=7, messages_within_10_secs=7
        )

    with freeze_time("2026-06-10T01:05:00Z"):
        tasks.save_daily_notification_processing_time()

    found = processing_times(DAY - timedelta(days=20), DAY)
    assert [(DAY - each.day).days for each in found] == list(range(10, 0, -1))
    totals = {(DAY - each.day).days: each.messages_total for each in found if each.messages_total}
    assert {back: total for back, total in totals.items() if total} == {
        1: 1,
        2: 7,
        3: 7,
        4: 7,
        10: 1,
    }
