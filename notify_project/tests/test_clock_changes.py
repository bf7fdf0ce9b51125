"""Every rule that goes by London's days, on the days on which the clocks change there."""

from datetime import UTC, date, datetime, timedelta

import pytest
from freezegun import freeze_time

from notifications import lifecycle
from notifications.models import InboundSms, Notification
from notifications.received_texts.posted import instant
from notifications.retention import purge
from notifications.retention.received_texts import purge_received_texts
from notifications.statistics.usage_in_history import count_usage, services_with_usage
from notifications.tests.factories import InboundSmsFactory, NotificationFactory
from notify_project.clock import london_midnight
from services.limits import day_counter
from services.retention import set_retention
from services.tests.factories import ServiceFactory
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db

# The last Sundays of March and of October, as long as each is.
DAYS = [
    (date(2027, 3, 28), 23),
    (date(2029, 3, 25), 23),
    (date(2027, 10, 31), 25),
    (date(2029, 10, 28), 25),
]
each_change = pytest.mark.parametrize(
    ("changed", "hours"), DAYS, ids=[f"{day} has {hours} hours" for day, hours in DAYS]
)
MICROSECOND = timedelta(microseconds=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def night_of(day):
    """Return 03:00 in London, which is after the change."""
    return london_midnight(day) + (london_midnight(day + DAY) - london_midnight(day)) - 21 * HOUR


@each_change
def test_the_days_are_as_long_as_they_say(changed, hours):
    assert london_midnight(changed + DAY) - london_midnight(changed) == hours * HOUR


@each_change
@pytest.mark.parametrize("days", [3, 7, 90])
@pytest.mark.parametrize("place", ["first day kept", "last day kept"])
def test_messages_are_kept_for_whole_days(changed, hours, days, place):
    today = changed + days * DAY if place == "first day kept" else changed
    template = TemplateFactory()
    set_retention(template.service, "sms", days, actor=None)
    begin = london_midnight(today - days * DAY)
    row = {"template": template, "status": "delivered"}
    kept = NotificationFactory(created_at=begin, **row)
    NotificationFactory(created_at=begin - MICROSECOND, **row)

    assert purge.purge_texts_and_emails(today).count == 1

    assert list(Notification.objects.all()) == [kept]


@each_change
def test_received_texts_are_kept_and_shown_for_the_same_days(changed, hours):
    service, today = ServiceFactory(), changed + 7 * DAY
    begin = london_midnight(changed)
    kept = InboundSmsFactory(service=service, created_at=begin)
    InboundSmsFactory(service=service, created_at=begin - MICROSECOND)

    with freeze_time(night_of(today)):
        shown = list(InboundSms.objects.of_service(service.id).within_retention(7))

    assert shown == [kept]
    assert purge_received_texts(today) == 1
    assert list(InboundSms.objects.all()) == [kept]


@each_change
def test_three_days_are_72_hours_whatever_clocks_show(changed, hours):
    now = london_midnight(changed + DAY) + timedelta(minutes=5)
    young = NotificationFactory(status="sending", created_at=now - 72 * HOUR)
    old = NotificationFactory(status="sending", created_at=now - 72 * HOUR - MICROSECOND)

    lifecycle.expire(now)

    statuses = dict(Notification.objects.values_list("id", "status"))
    assert statuses == {young.id: "sending", old.id: "temporary-failure"}


@each_change
def test_every_hour_of_the_day_is_counted_once(changed, hours):
    template = TemplateFactory()
    begin = london_midnight(changed)
    for hour in range(-1, hours + 1):
        NotificationFactory(template=template, created_at=begin + hour * HOUR)

    yesterday, tomorrow = changed - DAY, changed + DAY
    counts = count_usage(template.service_id, [yesterday, changed, tomorrow])

    assert [counts[day].get(template.id) for day in (yesterday, changed, tomorrow)] == [1, hours, 1]
    assert services_with_usage(changed) == [template.service_id]


@pytest.mark.parametrize(
    ("told", "utc"),
    [
        ("2027-03-28 00:59:59", "2027-03-28 00:59:59"),
        # No clock in London showed it.
        ("2027-03-28 01:30:00", "2027-03-28 01:30:00"),
        ("2027-03-28 02:00:00", "2027-03-28 01:00:00"),
        ("2027-10-31 00:59:59", "2027-10-30 23:59:59"),
        # London's clocks showed it twice; it is taken for the first time.
        ("2027-10-31 01:30:00", "2027-10-31 00:30:00"),
        ("2027-10-31 02:00:00", "2027-10-31 02:00:00"),
        ("2027-10-31 01:30:00+00:00", "2027-10-31 01:30:00"),
    ],
)
def test_what_providers_say_is_londons_time(told, utc):
    assert instant(told) == datetime.fromisoformat(utc).replace(tzinfo=UTC)


@each_change
def test_a_limit_is_for_a_day_of_utc(changed, hours):
    service = ServiceFactory()
    begin = datetime(changed.year, changed.month, changed.day, tzinfo=UTC)

    keys = {day_counter(service.id, "sms", begin + n * HOUR) for n in range(24)}

    assert keys == {f"daily-limit-{service.id}-sms-{changed}"}
    assert day_counter(service.id, "sms", begin + DAY) not in keys
