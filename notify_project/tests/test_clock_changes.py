"""What is sent and kept by London's days, on the days on which the clocks change there."""

from datetime import UTC, datetime, timedelta

import pytest
from freezegun import freeze_time

from notifications import lifecycle
from notifications.jobs.retention import remove_files_of_jobs
from notifications.jobs.tasks import run_scheduled_jobs
from notifications.models import InboundSms, Job, Notification
from notifications.received_texts.posted import instant
from notifications.retention import purge
from notifications.retention.received_texts import purge_received_texts
from notifications.statistics.usage_in_history import count_usage, services_with_usage
from notifications.tests.factories import InboundSmsFactory, NotificationFactory
from notifications.tests.jobs.conftest import Mailings, texts
from notify_project.clock import london_midnight
from notify_project.tests.clock_changes import (
    DAY,
    HOUR,
    MICROSECOND,
    each_change,
    night_of,
    one_of_each,
)
from services.day_counters import day_counter
from services.retention import set_retention
from services.tests.factories import ServiceFactory
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db


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


@pytest.fixture
def mailings(files, recorded_tasks):
    return Mailings()


@one_of_each
def test_a_file_counts_as_sent_today_for_the_whole_day_and_no_longer(changed, hours, mailings):
    template = TemplateFactory()
    begin, end = london_midnight(changed), london_midnight(changed + DAY)

    def refusal(name):
        found = mailings.upload(texts(1), template, name=name, keep=False).refusal
        return found and found.code

    for name, at in (("eve.csv", begin - MICROSECOND), ("day.csv", begin)):
        with freeze_time(at):
            mailings.create(texts(1), template, name=name)

    with freeze_time(end - MICROSECOND):
        assert [refusal("eve.csv"), refusal("day.csv")] == [None, "already-sent-today"]
    with freeze_time(end):
        assert refusal("day.csv") is None


@one_of_each
@pytest.mark.parametrize("place", ["first day kept", "last day kept"])
def test_files_of_jobs_are_kept_as_long_as_their_messages(changed, hours, place, mailings):
    today = changed + 7 * DAY if place == "first day kept" else changed
    begin = london_midnight(today - 7 * DAY)
    jobs = [mailings.create(texts(1), name=name) for name in ("kept.csv", "over.csv")]
    for job, at in zip(jobs, (begin, begin - MICROSECOND), strict=True):
        Job.objects.filter(id=job.id).update(
            created_at=at, job_status="finished all notifications created"
        )

    assert remove_files_of_jobs(today, ["sms"]) == 1

    assert dict(Job.objects.values_list("original_file_name", "archived")) == {
        "kept.csv": False,
        "over.csv": True,
    }


@one_of_each
def test_a_scheduled_job_starts_at_its_instant_once(changed, hours, mailings, recorded_tasks):
    # 01:30 in London: not on the clocks, or twice.
    at = datetime(changed.year, changed.month, changed.day, 1, 30, tzinfo=UTC)
    with freeze_time(at - 2 * DAY):
        job = mailings.create(texts(1), scheduled_for=at)

    for minutes in range(-90, 91, 30):
        with freeze_time(at + timedelta(minutes=minutes)):
            run_scheduled_jobs()
        assert [task.args for task in recorded_tasks] == [(str(job.id),)] * (minutes >= 0)
