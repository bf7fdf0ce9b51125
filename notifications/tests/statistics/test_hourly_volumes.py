from datetime import UTC, date, datetime, timedelta

import pytest

from notifications.models import FactHourlyVolume
from notifications.statistics.hourly_volumes import (
    AT_A_TIME,
    HOUR,
    count_hours,
    days_by_hour,
    today_so_far,
)
from notifications.tests.factories import NotificationFactory, NotificationHistoryFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 25, 12, 20, tzinfo=UTC)
TODAY = date(2026, 11, 25)


def counted(hour, kind="sms"):
    return FactHourlyVolume.objects.get(hour=hour, notification_type=kind).messages


def test_real_messages_are_counted_by_the_hour_and_type():
    noon = NOW.replace(minute=0)
    for at in (noon, noon + timedelta(minutes=59, seconds=59), noon - timedelta(seconds=1)):
        NotificationHistoryFactory(created_at=at)
    NotificationFactory(created_at=noon, research=True)
    NotificationHistoryFactory(created_at=noon, notification_type="email")

    count_hours(NOW)

    assert (counted(noon), counted(noon, "email"), counted(noon - HOUR)) == (2, 1, 1)
    assert counted(noon, "letter") == 0


def test_hours_that_may_have_changed_are_counted_again_and_older_ones_once():
    NotificationHistoryFactory(created_at=NOW)
    count_hours(NOW)
    NotificationHistoryFactory(created_at=NOW)
    NotificationHistoryFactory(created_at=NOW - 4 * HOUR)

    again = count_hours(NOW)

    assert counted(NOW.replace(minute=0)) == 2
    assert counted(NOW.replace(minute=0) - 4 * HOUR) == 0
    assert NOW.replace(minute=0) - 4 * HOUR not in again


def test_what_nobody_counted_is_made_up_for_bit_by_bit():
    runs = [len(count_hours(NOW)) for _ in range(3)]

    assert runs == [2 + AT_A_TIME] * 3
    assert FactHourlyVolume.objects.count() == (2 + 3 * AT_A_TIME) * 3


def test_what_nobody_compares_any_more_goes():
    FactHourlyVolume.objects.create(
        hour=NOW - timedelta(days=16), notification_type="sms", messages=1
    )

    count_hours(NOW)

    assert not FactHourlyVolume.objects.filter(hour__lt=NOW - timedelta(days=15)).exists()


def test_a_day_of_london_has_its_hours_with_gaps_where_nobody_counted():
    NotificationHistoryFactory(created_at=NOW)
    count_hours(NOW)

    [today], counted_at = days_by_hour([TODAY])

    assert counted_at == NOW
    assert len(today.begins) == 24
    assert today.by_type["sms"][12] == 1
    assert today.by_type["sms"][13] is None


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25)])
def test_a_day_on_which_the_clocks_change_has_another_number_of_hours(day, hours):
    [found], _ = days_by_hour([day])

    assert len(found.begins) == hours


def test_hours_of_today_are_counted_from_midnight_in_london():
    assert today_so_far(NOW) == 13
    assert today_so_far(datetime(2026, 7, 1, 23, 30, tzinfo=UTC)) == 1
