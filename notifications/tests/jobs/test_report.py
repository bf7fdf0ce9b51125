"""What became of each row, as CSV that spreadsheet programs open without harm."""

import csv
import io
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from notifications.jobs import report
from notifications.jobs.report import HEADINGS, report_of
from notifications.jobs.rows import persist_range
from notifications.models import Notification
from notifications.tests.jobs.conftest import texts
from services.tests.factories import ServiceFactory, UserFactory
from templates_app.redaction import redact
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db


def read(job):
    text = "".join(report_of(job))
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


def stored(mailings, text, template=None):
    job = mailings.begun(text, template)
    persist_range(job.id, 0, job.notification_count - 1)
    return job


def test_each_row_is_told_with_what_was_filled_in_and_formulas_are_text(mailings):
    template = TemplateFactory(content="((name)) ((=cmd))")
    rows = ["+447900900123,=2+5,@SUM(A1),-9", '07900900124,"a\nb",x,+44 7900']
    job = stored(mailings, "\n".join(["phone number,reference,name,=cmd", *rows]), template)
    at = datetime(2026, 7, 1, 11, 30, tzinfo=UTC)
    first = Notification.objects.filter(job=job, job_row_number=0)
    first.update(status="permanent-failure", created_at=at, sent_at=at, updated_at=at)
    Notification.objects.filter(job=job, job_row_number=1).update(
        status="validation-failed", failure_reason="=HYPERLINK(1)", created_at=at, updated_at=at
    )

    heads, *lines = read(job)

    summer = "2026-07-01 12:30:00"
    assert heads == [*HEADINGS, "name", "'=cmd"]
    assert lines == [
        [
            *("2", "+447900900123", "'=2+5", "Not delivered: there is no such number", ""),
            *(summer, summer, summer, "'@SUM(A1)", "-9"),
        ],
        [
            *("3", "07900900124", "a\nb"),
            *("Not sent: it cannot be sent to this recipient as it is", "'=HYPERLINK(1)"),
            *(summer, "", summer, "x", "+44 7900"),
        ],
    ]


def test_what_a_template_hides_from_people_is_left_out(mailings):
    template = TemplateFactory()
    job = stored(mailings, texts(1), template)
    redact(template, actor=UserFactory())

    heads, line = read(job)

    assert heads == list(HEADINGS)
    assert "Person" not in str(line)


def test_an_address_is_one_cell(mailings):
    service = ServiceFactory()
    text = "address line 1,address line 2,postcode,name\nJo,1 High St,SW1A 2AA,Jo"

    _, line = read(stored(mailings, text, TemplateFactory(letter=True, service=service)))

    assert line[1] == "Jo, 1 High St, SW1A 2AA"


def test_a_long_report_is_read_a_few_rows_at_a_time(mailings, monkeypatch):
    monkeypatch.setattr(report, "ROWS_OF_A_READ", 2)
    job = stored(mailings, texts(5))

    with CaptureQueriesContext(connection) as queries:
        lines = read(job)

    reads = [each["sql"] for each in queries if '"job_row_number" >' in each["sql"]]
    assert [line[0] for line in lines[1:]] == ["2", "3", "4", "5", "6"]
    assert len(reads) == 4
    assert all("LIMIT 2" in sql and "OFFSET" not in sql for sql in reads)
