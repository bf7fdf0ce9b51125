"""Erasing while others are at work on the same rows."""

import threading

import pytest
from django.db import connection
from werkzeug import Response

from notifications.delivery.deliver import deliver
from notifications.jobs.missing import is_complete
from notifications.jobs.rows import persist_range
from notifications.models import Notification
from notifications.providers.base import Receipt
from notifications.receipts.apply import apply
from notifications.statuses import Status
from notifications.tests.delivery.conftest import httpserver, providers, sms_provider
from notifications.tests.factories import NotificationFactory
from notifications.tests.jobs.conftest import Mailings, texts
from notifications.tests.support.conftest import forget
from notify_project.constants import Queue
from notify_project.tests.at_once import at_once

__all__ = ["httpserver", "providers", "sms_provider"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("stores")]


def test_a_message_that_is_erased_while_a_provider_has_it(sms_provider):
    taken, refused = NotificationFactory(), NotificationFactory()

    first, erased = threading.Lock(), threading.Event()

    def answer(message):
        if first.acquire(blocking=False):
            forget("07700900123")
            connection.close()
            erased.set()
        assert erased.wait(60)
        is_taken = message["cid"] == str(taken.id)
        return Response('{"Reference": "1"}', 200 if is_taken else 503)

    sms_provider.answer = answer

    deliver(Queue.NORMAL)
    apply("mmg", Receipt(str(taken.id), None, Status.DELIVERED, "3"))
    # On a busy machine the answer may have come too late, and another attempt be a minute away.
    Notification.objects.filter(status="created").update(next_attempt_at=None)
    deliver(Queue.NORMAL)

    rows = {row.id: row for row in Notification.objects.all()}
    assert (rows[taken.id].status, rows[taken.id].sent_by) == ("delivered", "mmg")
    assert (rows[refused.id].status, rows[refused.id].failure_reason) == (
        "technical-failure",
        "erased",
    )
    assert [row.to for row in rows.values()] == ["", ""]
    assert len(sms_provider.seen) == 2


def test_a_job_whose_rows_are_stored_while_its_file_is_rewritten():
    mailings = Mailings()
    job = mailings.begun(texts(1200))

    at_once(
        lambda: persist_range(job.id, 0, 1199),
        lambda: forget("0790 000 1100", "07900000003"),
    )
    persist_range(job.id, 0, 1199)

    rows = mailings.rows(job)
    assert is_complete(job)
    assert len(rows) == 1200
    assert [row.job_row_number for row in rows if not row.to] == [3, 1100]
    assert all(row.status != "created" for row in rows if not row.to)
