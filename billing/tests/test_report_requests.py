import csv
import io
import os
import signal
import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from freezegun import freeze_time

from billing.daily import rebuild_day
from billing.models import FactBilling
from billing.report_requests import (
    InvalidReport,
    ask_for,
    expire,
    file_name,
    make,
    opened,
    restart_lost,
    write,
)
from billing.reports import InvalidPeriod
from billing.tasks import make_report, restart_lost_reports
from billing.tests.factories import FactBillingFactory, RateFactory
from notifications.models import FactProcessingTime, ReportRequest
from notifications.tests.factories import NotificationFactory, NotificationHistoryFactory
from notify_project import clock, storage
from notify_project.models import AuditEvent
from notify_project.storage import Area, StorageAway, names
from services.tests.factories import OrganisationFactory, ServiceFactory, UserFactory
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
DAY = date(2026, 11, 24)


def table(kind, first=DAY, last=DAY, **values):
    """Return what a report says, row by row."""
    file = io.BytesIO()
    counted = write(ReportRequest(kind=kind, first_day=first, last_day=last, **values), file)
    rows = list(csv.reader(io.StringIO(file.getvalue().decode("utf-8-sig"))))
    assert counted == len(rows) - 1
    return rows[1:]


@freeze_time(NOW)
def test_a_report_is_asked_for_made_and_opened_and_each_is_kept(files):
    actor = UserFactory(support=True)
    FactProcessingTime.objects.create(bst_date=DAY, messages_total=4, messages_within_10_secs=3)

    report = ask_for("processing-time", DAY, DAY, actor=actor)
    made = make(report.id)
    report.refresh_from_db()
    with opened(report, actor=actor) as file:
        content = file.read().decode()

    assert made
    assert (report.state, report.rows, report.size) == ("done", 1, len(content.encode()))
    assert "2026-11-24,4,3,75.00" in content
    assert list(AuditEvent.objects.order_by("created_at", "action").values_list("action")) == [
        ("ask for a report",),
        ("download a report",),
    ]


@freeze_time(NOW)
def test_a_report_is_made_once_however_often_its_task_runs(files):
    report = ask_for("daily-volumes", DAY, DAY, actor=None)

    assert [make(report.id), make(report.id)] == [True, False]


@pytest.mark.parametrize(
    ("kind", "first", "last", "words"),
    [
        ("fax", DAY, DAY, "is not a kind"),
        ("daily-volumes", DAY, DAY - timedelta(1), "must not be before"),
        ("daily-volumes", DAY + timedelta(2), DAY + timedelta(3), "has not come yet"),
        ("daily-volumes", DAY - timedelta(366), DAY, "At most 366 days"),
        ("messages", DAY, DAY, "Choose the service"),
        ("messages", DAY - timedelta(31), DAY, "At most 31 days"),
    ],
)
@freeze_time(NOW)
def test_what_cannot_be_made_is_refused_and_not_stored(kind, first, last, words):
    with pytest.raises(InvalidReport, match=words):
        ask_for(kind, first, last, actor=None)

    assert not ReportRequest.objects.exists()


@freeze_time(NOW)
def test_bills_are_of_one_financial_year():
    with pytest.raises(InvalidPeriod):
        ask_for("billing", date(2026, 3, 31), date(2026, 4, 1), actor=None)


@freeze_time(NOW)
def test_bills_name_services_and_their_costs_and_formulas_stay_words():
    service = ServiceFactory(name="=1+1", organisation=OrganisationFactory(name="Riverside"))
    FactBillingFactory(
        service_id=service.id,
        bst_date=DAY,
        rate=Decimal("0.02"),
        billable_units=10,
        notifications_sent=10,
    )

    [row] = table("billing")

    assert row[:5] == ["Riverside", str(service.id), "'=1+1", "10", "0.20"]


@pytest.mark.parametrize(
    ("kind", "row"),
    [
        ("daily-volumes", ["2026-11-24", "10", "10", "10", "0", "0", "0"]),
        ("provider-volumes", ["2026-11-24", "mmg", "10", "10", "10"]),
    ],
)
@freeze_time(NOW)
def test_volumes_are_those_of_the_days(kind, row):
    values = {"provider": "mmg", "billable_units": 10, "notifications_sent": 10}
    FactBillingFactory(bst_date=DAY, rate_multiplier=1, **values)
    FactBillingFactory(bst_date=DAY - timedelta(1), **values)

    assert table(kind) == [row]


@freeze_time(NOW)
def test_volumes_by_service_name_services_without_any():
    service = ServiceFactory()

    assert [row[1] for row in table("volumes-by-service")] == [str(service.id)]


@freeze_time(NOW)
def test_statuses_by_month_are_those_of_the_service_that_was_chosen():
    service = ServiceFactory(name="Bins")
    NotificationHistoryFactory(service=service, status="delivered", created_at=NOW - timedelta(1))
    NotificationHistoryFactory(created_at=NOW - timedelta(1))

    assert table("monthly-statuses", service=service) == [
        [str(service.id), "Bins", "2026-11", "sms", "delivered", "1"]
    ]
    assert len(table("monthly-statuses")) == 2


@freeze_time(NOW)
def test_messages_are_all_those_of_the_days_and_tell_nobodys_address(monkeypatch):
    monkeypatch.setattr("billing.report_messages._BATCH", 2)
    service = ServiceFactory()
    at = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
    ids = [
        str(
            NotificationHistoryFactory(
                service=service,
                created_at=at + timedelta(minutes=n // 3),
                client_reference="for Jo",
                notification_type=kind,
            ).id
        )
        for kind in ("sms", "email")
        for n in range(5)
    ]
    NotificationHistoryFactory(service=service, created_at=at - timedelta(days=1))
    NotificationHistoryFactory(created_at=at)

    rows = table("messages", service=service)

    assert sorted(row[0] for row in rows) == sorted(ids)
    assert "for Jo" not in str(rows)


@freeze_time(NOW)
def test_the_messages_behind_a_figure_are_those_that_it_counts():
    RateFactory(rate=Decimal("0.02"))
    template = TemplateFactory()
    at = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
    common = {"template": template, "created_at": at, "billable_units": 1, "status": "delivered"}
    wanted = [NotificationFactory(**common, sent_by="mmg") for _ in range(3)]
    NotificationFactory(**common, sent_by="firetext")
    NotificationFactory(**{**common, "status": "technical-failure"}, sent_by="mmg")
    rebuild_day(DAY)
    fact = FactBilling.objects.get(provider="mmg")

    report = ask_for("messages", DAY, DAY, service=template.service, fact=fact, actor=None)
    rows = table("messages", service=template.service, narrowed=report.narrowed)

    assert sorted(row[0] for row in rows) == sorted(str(each.id) for each in wanted)
    assert len(rows) == fact.notifications_sent


@freeze_time(NOW)
def test_a_row_of_another_service_is_refused():
    fact = FactBillingFactory(bst_date=DAY)

    with pytest.raises(InvalidReport, match="another service or day"):
        ask_for("messages", DAY, DAY, service=ServiceFactory(), fact=fact, actor=None)


@freeze_time(NOW)
def test_files_go_after_three_days_and_the_request_stays(files):
    report = ask_for("daily-volumes", DAY, DAY, actor=None)
    make(report.id)
    folder = file_name(report).partition("/")[0]

    early = expire(NOW + timedelta(days=3))
    gone = expire(NOW + timedelta(days=3, seconds=1))

    report.refresh_from_db()
    assert (early, gone, report.state) == (0, 1, "expired")
    assert names(Area.REPORTS, folder) == []
    with pytest.raises(InvalidReport, match="it has no file"):
        opened(report, actor=None)


@freeze_time(NOW)
def test_what_has_no_worker_is_begun_again_and_given_up_in_the_end(recorded_tasks):
    lost, running, new = (ask_for("daily-volumes", DAY, DAY, actor=None) for _ in range(3))
    old = NOW - timedelta(hours=1)
    ReportRequest.objects.filter(id__in=[lost.id, running.id]).update(created_at=old)
    ReportRequest.objects.filter(id=running.id).update(state="running", started_at=NOW)

    found = [restart_lost(NOW + n * timedelta(minutes=31)) for n in range(4)]

    assert [lost.id in each for each in found] == [True, True, False, False]
    assert (found[0], set(found[1])) == ([lost.id], {lost.id, running.id, new.id})
    lost.refresh_from_db()
    assert (lost.state, lost.problem) == ("failed", "It did not end, in three attempts.")


@freeze_time(NOW)
def test_a_worker_that_was_taken_for_lost_says_nothing_of_the_next_attempt(files, monkeypatch):
    report = ask_for("daily-volumes", DAY, DAY, actor=None)
    stored = storage.save_file

    def too_late(*arguments):
        restart_lost(NOW + timedelta(minutes=31))
        stored(*arguments)

    monkeypatch.setattr("billing.report_requests.storage.save_file", too_late)

    assert not make(report.id)
    report.refresh_from_db()
    assert (report.state, report.restarts) == ("waiting", 1)


@pytest.mark.django_db(transaction=True)
def test_a_report_whose_worker_is_killed_is_made_by_the_next(files, recorded_tasks):
    report = ask_for("daily-volumes", DAY, DAY, actor=None)
    connection.close()
    worker = os.fork()
    if not worker:
        storage.save_file = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
        make(report.id)
    _, status = os.waitpid(worker, 0)
    report.refresh_from_db()
    killed, state = os.WTERMSIG(status), report.state

    with freeze_time(clock.now() + timedelta(minutes=31)):
        restart_lost_reports()
        [task] = [each for each in recorded_tasks if each.function == "make_report"]
        make_report(*task.args)

    report.refresh_from_db()
    assert (killed, state) == (signal.SIGKILL, "running")
    assert (report.state, report.restarts) == ("done", 1)


@freeze_time(NOW)
def test_a_file_that_cannot_be_stored_fails_the_report(files):
    (files / "reports").write_text("no folder")
    report = ask_for("daily-volumes", DAY, DAY, actor=None)

    with pytest.raises(StorageAway):
        make(report.id)

    report.refresh_from_db()
    assert (report.state, report.problem) == (
        "failed",
        "Files cannot be stored or read at the moment, try again",
    )


@freeze_time(NOW)
def test_progress_is_told_while_a_report_is_made(monkeypatch):
    monkeypatch.setattr("billing.report_requests.TELL_EVERY", 2)
    service = ServiceFactory()
    for _ in range(5):
        NotificationHistoryFactory(service=service, created_at=NOW - timedelta(days=1))
    told = []

    report = ReportRequest(kind="messages", first_day=DAY, last_day=DAY, service=service)
    write(report, io.BytesIO(), tell=told.append)

    assert told == [2, 4]


@freeze_time(NOW)
def test_nothing_is_made_of_what_is_not_there():
    assert not make(uuid.uuid4())
