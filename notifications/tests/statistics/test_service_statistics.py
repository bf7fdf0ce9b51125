"""What a service is told of its messages."""

import uuid
from datetime import date, timedelta

import pytest
from django.db import connection
from freezegun import freeze_time

from notifications.models import FactNotificationStatus, NotificationHistory
from notifications.statistics.daily_status import replace_facts
from notifications.statistics.service_statistics import (
    monthly_statistics,
    service_statistics,
    template_last_used,
    template_usage_by_month,
)
from notifications.statistics.tallies import Tally
from notifications.statuses import Status
from notifications.tests.statistics.facts import sent
from services.tests.factories import ServiceFactory
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 10)
NOON = "2026-06-10T12:00:00"


@pytest.fixture(autouse=True)
def _at_two():
    with freeze_time("2026-06-10T14:00:00Z"):
        yield


def texts_of(template, whole_days=7):
    return service_statistics(template.service_id, whole_days)["sms"]


def months_of(template, year=2026):
    return monthly_statistics(template.service_id, year)


def forget_history():
    NotificationHistory.objects.all().delete()


@pytest.mark.parametrize(
    ("status", "tally"),
    [
        (Status.CREATED, Tally(1, 0, 0)),
        (Status.PENDING_VIRUS_CHECK, Tally(1, 0, 0)),
        (Status.SENDING, Tally(1, 0, 0)),
        (Status.PENDING, Tally(1, 0, 0)),
        (Status.SENT, Tally(1, 1, 0)),
        (Status.DELIVERED, Tally(1, 1, 0)),
        (Status.TEMPORARY_FAILURE, Tally(1, 0, 1)),
        (Status.PERMANENT_FAILURE, Tally(1, 0, 1)),
        (Status.TECHNICAL_FAILURE, Tally(1, 0, 1)),
        (Status.VALIDATION_FAILED, Tally(1, 0, 1)),
        (Status.VIRUS_SCAN_FAILED, Tally(1, 0, 1)),
        (Status.RETURNED_LETTER, Tally(1, 0, 1)),
        (Status.CANCELLED, Tally(0, 0, 0)),
    ],
)
def test_each_status_counts_as_wanted_arrived_or_failed(status, tally):
    assert Tally.of(status, 1) == tally


def test_no_status_is_forgotten():
    assert {Tally.of(status, 1).requested for status in set(Status) - {Status.CANCELLED}} == {1}


def test_today_is_counted_by_type():
    service = ServiceFactory()
    text, email = (TemplateFactory(service=service, email=is_it) for is_it in (False, True))
    sent(text, NOON, NOON, status="delivered")
    sent(text, NOON, status="cancelled")
    sent(email, NOON, status="permanent-failure")
    sent(email, NOON)

    assert service_statistics(service.id, 0) == {
        "sms": Tally(2, 2, 0),
        "email": Tally(2, 0, 1),
        "letter": Tally(),
    }


def test_today_begins_at_midnight_in_london():
    template = TemplateFactory()
    sent(template, "2026-06-09T22:59:59.999999", "2026-06-09T23:00:00")

    assert texts_of(template, 0) == Tally(1, 0, 0)


def test_what_is_not_real_or_of_another_service_is_not_counted():
    template = TemplateFactory()
    sent(template, NOON, research=True)
    sent(template, NOON, is_real=False)
    sent(TemplateFactory(), NOON)

    assert texts_of(template) == Tally()


def test_seven_days_are_today_and_seven_whole_days():
    template = TemplateFactory()
    sent(template, "2026-06-02T23:00:00", "2026-06-02T22:59:59.999999", NOON)

    assert texts_of(template) == Tally(2, 0, 0)


def test_a_day_with_facts_is_read_from_them_alone():
    template = TemplateFactory()
    sent(template, "2026-06-08T12:00:00", "2026-06-09T12:00:00", NOON)
    for day in (8, 9):
        replace_facts(template.service_id, date(2026, 6, day))
    with_history = texts_of(template)
    forget_history()

    assert with_history == Tally(3, 0, 0)
    assert texts_of(template) == Tally(2, 0, 0)


def test_a_day_that_nobody_counted_yet_is_read_from_history():
    template = TemplateFactory()
    sent(template, "2026-06-08T12:00:00", "2026-06-09T12:00:00", NOON)
    replace_facts(template.service_id, date(2026, 6, 8))

    assert texts_of(template) == Tally(3, 0, 0)


def test_a_type_that_nobody_counted_yet_is_read_from_history():
    service = ServiceFactory()
    text, letter = (TemplateFactory(service=service, letter=is_it) for is_it in (False, True))
    sent(text, "2026-06-05T12:00:00")
    sent(letter, "2026-06-05T12:00:00")

    replace_facts(service.id, date(2026, 6, 5), ["letter"])

    found = service_statistics(service.id, 7)
    assert (found["sms"], found["letter"]) == (Tally(1, 0, 0), Tally(1, 0, 0))


def test_facts_that_are_written_while_they_are_asked_for_count_once():
    template = TemplateFactory()
    sent(template, "2026-06-09T12:00:00", NOON)
    statements = []

    def count_the_day_in_between(execute, sql, params, many, context):
        statements.append(sql)
        if len(statements) == 2:
            replace_facts(template.service_id, date(2026, 6, 9))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count_the_day_in_between):
        found = texts_of(template)

    assert FactNotificationStatus.objects.count() == 1
    assert found == Tally(2, 0, 0)


@pytest.mark.parametrize(
    ("now", "last_of_yesterday", "first_of_today"),
    [
        ("2026-03-29T12:00:00Z", "2026-03-28T23:59:59.999999", "2026-03-29T00:00:00"),
        ("2026-03-30T12:00:00Z", "2026-03-29T22:59:59.999999", "2026-03-29T23:00:00"),
        ("2026-10-25T12:00:00Z", "2026-10-24T22:59:59.999999", "2026-10-24T23:00:00"),
        ("2026-10-26T12:00:00Z", "2026-10-25T23:59:59.999999", "2026-10-26T00:00:00"),
    ],
)
def test_days_are_london_days_when_clocks_change(now, last_of_yesterday, first_of_today):
    template = TemplateFactory()
    sent(template, last_of_yesterday, first_of_today)

    with freeze_time(now):
        today = texts_of(template, 0)
        both = texts_of(template, 1)

    assert (today, both) == (Tally(1, 0, 0), Tally(2, 0, 0))


def test_months_go_from_april_to_now_and_empty_ones_are_there():
    template = TemplateFactory()
    sent(template, "2026-04-10T12:00:00", status="delivered")
    sent(template, "2026-06-09T12:00:00", status="delivered")
    sent(template, NOON, NOON)
    for day in (date(2026, 4, 10), date(2026, 6, 9)):
        replace_facts(template.service_id, day)

    nothing = {"sms": {}, "email": {}, "letter": {}}
    assert months_of(template) == {
        "2026-04": nothing | {"sms": {"delivered": 1}},
        "2026-05": nothing,
        "2026-06": nothing | {"sms": {"delivered": 1, "created": 2}},
    }


def test_a_year_that_is_over_has_twelve_months_and_one_to_come_has_none():
    template = TemplateFactory()

    past, to_come = months_of(template, 2025), months_of(template, 2027)

    assert [*past] == [
        *(f"2025-{month:02}" for month in range(4, 13)),
        *(f"2026-{month:02}" for month in range(1, 4)),
    ]
    assert to_come == {}


def test_a_financial_year_begins_at_midnight_in_london():
    template = TemplateFactory()
    sent(template, "2026-03-31T22:59:59.999999", "2026-03-31T23:00:00")
    for day in (date(2026, 3, 31), date(2026, 4, 1)):
        replace_facts(template.service_id, day)

    assert months_of(template, 2025)["2026-03"]["sms"] == {"created": 1}
    assert months_of(template, 2026)["2026-04"]["sms"] == {"created": 1}


def test_templates_are_counted_by_month_and_name_without_what_was_cancelled():
    service = ServiceFactory()
    first, second = (TemplateFactory(service=service, name=name) for name in "BA")
    sent(first, "2026-05-10T12:00:00", "2026-05-10T12:00:00")
    sent(second, "2026-05-10T12:00:00", status="delivered")
    sent(second, "2026-05-10T12:00:00", status="cancelled")
    sent(first, NOON, status="cancelled")
    sent(second, NOON)
    replace_facts(service.id, date(2026, 5, 10))

    usage = template_usage_by_month(service.id, 2026)

    assert [(use.month, use.template_name, use.template_type, use.count) for use in usage] == [
        ("2026-05", "A", "sms", 1),
        ("2026-05", "B", "sms", 2),
        ("2026-06", "A", "sms", 1),
    ]


def test_a_template_was_last_used_today_or_on_the_newest_day_of_its_facts():
    template = TemplateFactory()
    sent(template, "2025-06-10T12:00:00", "2026-02-10T12:00:00")
    for day in (date(2025, 6, 10), date(2026, 2, 10)):
        replace_facts(template.service_id, day)
    before = template_last_used(template.service_id, template.id)
    sent(template, NOON)

    assert before == date(2026, 2, 10)
    assert template_last_used(template.service_id, template.id) == TODAY


@pytest.mark.parametrize(("days", "found"), [(365, True), (366, False)])
def test_more_than_a_year_ago_is_not_looked_at(days, found):
    template = TemplateFactory()
    day = TODAY - timedelta(days=days)
    sent(template, f"{day}T12:00:00")
    replace_facts(template.service_id, day)

    used = template_last_used(template.service_id, template.id)

    assert used == (day if found else None)


def test_a_template_of_another_service_was_never_used():
    template = TemplateFactory()
    sent(template, NOON)

    assert template_last_used(ServiceFactory().id, template.id) is None
    assert template_last_used(template.service_id, uuid.uuid4()) is None
