from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from freezegun import freeze_time
from werkzeug import Response

from notifications.callbacks.claim import claim_due
from notifications.callbacks.old_rows import delete_old_rows
from notifications.callbacks.record import Result, record
from notifications.callbacks.send import send
from notifications.models import CallbackAttempt
from notifications.tests.factories import CallbackDeliveryFactory
from notify_project import clock
from services.models import ServiceCallbackApi

pytestmark = pytest.mark.django_db(transaction=True)

NOON = datetime(2026, 6, 10, 12, 0, tzinfo=UTC)
COLUMNS = ("attempt", "began_at", "response_code", "error")


def test_each_attempt_leaves_a_line(listener):
    listener.answers["/told"] = Response("secret of theirs", status=503)
    row = listener.waiting(created_at=NOON)
    with freeze_time(NOON):
        send()
    ServiceCallbackApi.objects.update(url="https://127.0.0.1:1/told")
    with freeze_time(NOON + timedelta(minutes=5)):
        send()
    ServiceCallbackApi.objects.update(url=listener.server.url_for("/right"))
    with freeze_time(NOON + timedelta(minutes=10)):
        send()

    lines = list(row.attempt_log.order_by("id").values_list(*COLUMNS))

    assert lines == [
        (1, NOON, 503, ""),
        (2, NOON + timedelta(minutes=5), None, "ConnectionError"),
        (3, NOON + timedelta(minutes=10), 204, ""),
    ]


def test_how_long_a_call_took_is_measured(listener):
    listener.delays["/told"] = 0.3
    listener.waiting()

    send()

    assert 300 <= CallbackAttempt.objects.get().duration_ms < 2000


def test_what_was_never_called_leaves_no_line(listener):
    CallbackDeliveryFactory()

    send()

    assert not CallbackAttempt.objects.exists()


def test_an_answer_that_came_too_late_leaves_its_line_and_changes_nothing_else(listener):
    row = listener.waiting(created_at=NOON)
    [first] = claim_due(limit=1, share=1, room={}, now=NOON)
    claim_due(limit=1, share=1, room={}, now=NOON + timedelta(minutes=2))

    late = Result(first.id, 1, "given-up", last_response_code=404, began_at=NOON, duration_ms=5)
    record([late], NOON)

    row.refresh_from_db()
    assert (row.state, row.attempts) == ("waiting", 2)
    assert list(row.attempt_log.values_list(*COLUMNS)) == [(1, NOON, 404, "")]


def test_lines_cost_no_statement_of_their_own(listener):
    rows = [listener.waiting(created_at=NOON) for _ in range(20)]
    results = [Result(row.id, 1, "done", began_at=NOON) for row in rows]

    with CaptureQueriesContext(
        connection,
    ) as queries:
        record(results, NOON)

    assert len(queries) == 1
    assert CallbackAttempt.objects.count() == 20


def test_lines_go_with_their_row(listener):
    now = clock.now()
    old = CallbackDeliveryFactory(state="done", finished_at=now - timedelta(days=8))
    young = CallbackDeliveryFactory(state="done", finished_at=now)
    for row in (old, young):
        CallbackAttempt.objects.create(delivery=row, attempt=1, began_at=now, duration_ms=1)

    assert delete_old_rows(now) == 1

    assert CallbackAttempt.objects.get().delivery == young
