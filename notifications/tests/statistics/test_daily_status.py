"""Facts of a day."""

from datetime import date, timedelta

import pytest
from freezegun import freeze_time

from notifications import lifecycle
from notifications.models import NO_JOB, FactNotificationStatus, Notification, NotificationHistory
from notifications.retention import purge
from notifications.statistics import tasks
from notifications.statistics.daily_status import compare_facts, replace_facts
from notifications.statistics.uncounted_days import days_to_count
from notifications.statuses import Status
from notifications.tests.factories import (
    JobFactory,
    NotificationFactory,
    NotificationHistoryFactory,
)
from notifications.tests.statistics.facts import at, by_status, facts, sent
from services.tests.factories import ServiceFactory
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 12)
DAY = date(2026, 6, 10)


@pytest.fixture(autouse=True)
def _at_half_past_midnight():
    with freeze_time("2026-06-11T23:30:00Z"):
        yield


def to_count(service_id):
    return {
        each.day: each.notification_types
        for each in days_to_count(TODAY)
        if each.service_id == service_id
    }


def days_ago(days):
    return f"{TODAY - timedelta(days=days)}T12:00:00"


def test_messages_are_counted_by_all_that_is_asked_for():
    job = JobFactory()
    template = job.template
    sent(template, "2026-06-10T12:00:00", "2026-06-10T13:00:00", status="delivered")
    sent(template, "2026-06-10T12:00:00", status="permanent-failure", key_type="team")
    sent(template, "2026-06-10T12:00:00", status="delivered", job=job, job_row_number=1)

    replace_facts(template.service_id, DAY)

    shared = (DAY, template.service_id, template.id)
    assert facts() == sorted(
        [
            (*shared, NO_JOB, "sms", "normal", "delivered", 2),
            (*shared, NO_JOB, "sms", "team", "permanent-failure", 1),
            (*shared, job.id, "sms", "normal", "delivered", 1),
        ],
        key=str,
    )


def test_a_day_is_a_london_day():
    template = TemplateFactory()
    sent(template, "2026-06-09T22:59:59.999999", "2026-06-09T23:00:00")
    sent(template, "2026-06-10T22:59:59.999999", "2026-06-10T23:00:00")

    replace_facts(template.service_id, DAY)

    assert by_status() == {"created": 2}


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        (date(2026, 3, 29), "2026-03-29T00:00:00", "2026-03-29T22:59:59.999999"),
        (date(2026, 10, 25), "2026-10-24T23:00:00", "2026-10-25T23:59:59.999999"),
    ],
    ids=["23 hours", "25 hours"],
)
def test_the_days_on_which_clocks_change_have_23_and_25_hours(day, first, last):
    template = TemplateFactory()
    sent(template, first, last)
    beyond = timedelta(microseconds=1)
    NotificationFactory(template=template, created_at=at(first) - beyond)
    NotificationFactory(template=template, created_at=at(last) + beyond)

    with freeze_time("2026-11-01T12:00:00Z"):
        for near in (day - timedelta(days=1), day, day + timedelta(days=1)):
            replace_facts(template.service_id, near)

    assert [row[0] for row in facts()] == [
        day - timedelta(days=1),
        day,
        day + timedelta(days=1),
    ]
    assert [row[-1] for row in facts()] == [1, 2, 1]


def test_only_what_is_real_and_of_the_service_is_counted():
    template, other = TemplateFactory(), TemplateFactory()
    sent(template, "2026-06-10T12:00:00")
    sent(template, "2026-06-10T12:00:00", research=True)
    sent(other, "2026-06-10T12:00:00")

    replace_facts(template.service_id, DAY)

    assert [(row[1], row[-1]) for row in facts()] == [(template.service_id, 1)]


def test_a_status_that_no_longer_occurs_disappears():
    template = TemplateFactory()
    [row] = sent(template, "2026-06-10T12:00:00", status="sending")
    replace_facts(template.service_id, DAY)
    before = by_status()
    lifecycle.move(row.id, Status.DELIVERED, now=at("2026-06-11T12:00:00"))

    replaced = replace_facts(template.service_id, DAY)

    assert (before, by_status()) == ({"sending": 1}, {"delivered": 1})
    assert sorted(replaced.differences.values()) == [(0, 1), (1, 0)]


def test_facts_of_what_is_not_in_history_disappear():
    template = TemplateFactory()
    sent(template, "2026-06-10T12:00:00")
    replace_facts(template.service_id, DAY)
    NotificationHistory.objects.all().delete()

    replace_facts(template.service_id, DAY)

    assert facts() == []


def test_types_that_are_not_asked_for_keep_their_facts():
    service = ServiceFactory()
    text, letter = (TemplateFactory(service=service, letter=is_it) for is_it in (False, True))
    rows = sent(text, "2026-06-10T12:00:00") + sent(letter, "2026-06-10T12:00:00")
    replace_facts(service.id, DAY)
    NotificationHistory.objects.filter(id__in=[row.id for row in rows]).update(
        status="technical-failure"
    )

    replace_facts(service.id, DAY, ["letter"])

    assert by_status(notification_type="sms") == {"created": 1}
    assert by_status(notification_type="letter") == {"technical-failure": 1}


def test_counting_again_writes_nothing_when_nothing_changed():
    template = TemplateFactory()
    sent(template, "2026-06-10T12:00:00")
    replace_facts(template.service_id, DAY)
    before = FactNotificationStatus.objects.get()

    replaced = replace_facts(template.service_id, DAY)

    assert replaced.differences == {}
    assert FactNotificationStatus.objects.get() == before


def test_ten_times_before_and_after_the_end_of_retention_give_the_same():
    template = TemplateFactory()
    sent(template, *["2026-05-10T12:00:00"] * 3, status="delivered")
    sent(template, "2026-05-10T13:00:00", status="permanent-failure")
    found = []

    for number in range(10):
        if number == 5:
            purge.purge_texts_and_emails(TODAY)
        replace_facts(template.service_id, date(2026, 5, 10))
        found.append(facts())

    assert not Notification.objects.exists()
    assert found == [found[0]] * 10
    assert by_status() == {"delivered": 3, "permanent-failure": 1}


@pytest.mark.parametrize("day", [TODAY, TODAY + timedelta(days=1)])
def test_a_day_that_has_not_ended_has_no_facts(day):
    service = ServiceFactory()

    with pytest.raises(ValueError, match="has not ended"):
        replace_facts(service.id, day)


def test_comparing_changes_nothing():
    template = TemplateFactory()
    sent(template, "2026-06-10T12:00:00")

    compared = compare_facts(template.service_id, DAY)

    assert list(compared.differences.values()) == [(0, 1)]
    assert facts() == []


@pytest.mark.parametrize(
    ("kind", "days"), [("sms", 4), ("email", 4), ("letter", 10)], ids=["sms", "email", "letter"]
)
def test_days_are_counted_as_long_as_their_messages_may_change(kind, days):
    template = TemplateFactory(email=kind == "email", letter=kind == "letter")
    for back in range(days + 2):
        sent(template, days_ago(back))
        if back:
            replace_facts(template.service_id, TODAY - timedelta(days=back))

    counted = to_count(template.service_id)

    assert counted == {TODAY - timedelta(days=back): (kind,) for back in range(1, days + 1)}


def test_an_older_day_is_counted_if_it_never_was():
    template = TemplateFactory()
    sent(template, days_ago(10), days_ago(11))

    counted = to_count(template.service_id)

    assert counted == {TODAY - timedelta(days=10): ("sms",)}


def test_a_day_is_counted_whose_messages_are_gone():
    template = TemplateFactory()
    sent(template, days_ago(1))
    replace_facts(template.service_id, TODAY - timedelta(days=1))
    NotificationHistory.objects.all().delete()

    assert to_count(template.service_id) == {TODAY - timedelta(days=1): ("sms",)}


def test_a_service_that_sent_nothing_is_not_counted():
    service = ServiceFactory()
    NotificationFactory(research=True, template=TemplateFactory(service=service))

    assert to_count(service.id) == {}


def test_every_day_of_a_service_is_a_task_of_its_own(recorded_tasks):
    service = ServiceFactory()
    text, letter = (TemplateFactory(service=service, letter=is_it) for is_it in (False, True))
    sent(text, days_ago(1), days_ago(2))
    sent(letter, days_ago(1))

    tasks.create_nightly_notification_status()

    assert [(task.queue, task.args) for task in recorded_tasks] == [
        ("reporting", (str(service.id), "2026-06-11", "letter", "sms")),
        ("reporting", (str(service.id), "2026-06-10", "sms")),
    ]


@pytest.mark.django_db(transaction=True)
def test_a_worker_counts_the_days_of_the_night(run_tasks):
    template = TemplateFactory()
    sent(template, days_ago(1), days_ago(2))

    tasks.create_nightly_notification_status()
    run_tasks("reporting")

    assert [row[0] for row in facts()] == [DAY, TODAY - timedelta(days=1)]


def test_a_row_of_history_without_a_message_counts():
    service = ServiceFactory()
    NotificationHistoryFactory(service=service, created_at=at("2026-06-10T12:00:00"))

    replace_facts(service.id, DAY)

    assert by_status() == {"created": 1}
