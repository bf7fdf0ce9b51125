import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection
from werkzeug import Response

from notifications.delivery.calls import pool
from notifications.delivery.deliver import deliver
from notifications.lifecycle import move
from notifications.models import CallbackDelivery, Notification, ProviderDetails
from notifications.statuses import Status
from notifications.tests.factories import NotificationFactory
from notifications.tests.lifecycle.rows import live_and_history
from notifications.tests.lifecycle.test_moves import callback_for
from notify_project import clock
from notify_project.constants import Queue
from notify_project.versioning import save_versioned
from services.tests.factories import ServiceFactory
from templates_app.models import TemplateHistory
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db


def text(**values):
    return NotificationFactory(**values)


def test_a_text_is_sent_with_its_id_and_counted_before(sms_provider):
    service = ServiceFactory(name="Library", prefix_sms=True)
    row = text(template=TemplateFactory(service=service), reply_to_text="LIBRARY")

    count = deliver(Queue.NORMAL)

    row.refresh_from_db()
    live, history = live_and_history(row.id)
    [seen] = sms_provider.seen
    assert count == 1
    assert (seen["cid"], seen["MSISDN"]) == (str(row.id), "447700900123")
    assert (seen["msg"], seen["sender"]) == ("Library: Hello Jo", "LIBRARY")
    assert (row.status, row.sent_by, row.billable_units) == ("sending", "mmg", 1)
    assert (row.delivery_attempts, row.claimed_until) == (1, None)
    assert live == history


def test_an_international_text_is_sent(sms_provider):
    row = text(international=True, phone_prefix="33", normalised_to="33612345678")

    deliver(Queue.NORMAL)

    row.refresh_from_db()
    assert row.status == "sent"


def test_an_edited_template_sends_the_text_it_had(sms_provider):
    template = TemplateFactory(content="Old ((name))")
    text(template=template)
    template.content = "New ((name))"
    save_versioned(template, TemplateHistory)

    deliver(Queue.NORMAL)

    assert [seen["msg"] for seen in sms_provider.seen] == ["Old Jo"]


def test_a_message_that_is_not_waiting_is_not_sent(sms_provider):
    text(status="delivered")

    assert deliver(Queue.NORMAL) == 0
    assert sms_provider.seen == []


def test_an_inactive_service_sends_nothing(sms_provider):
    row = text(template=TemplateFactory(service=ServiceFactory(archived=True)))
    callback_for(row.service)

    deliver(Queue.NORMAL)

    row.refresh_from_db()
    assert (row.status, row.failure_reason) == ("technical-failure", "service-inactive")
    assert CallbackDelivery.objects.count() == 1
    assert sms_provider.seen == []


def test_what_is_not_real_never_reaches_a_provider(sms_provider):
    rows = [text(research=True), text(research=True, email=True)]

    deliver(Queue.RESEARCH_MODE)

    assert sms_provider.seen == []
    for row in rows:
        row.refresh_from_db()
        assert row.status == "delivered"


def test_the_first_retry_of_a_text_follows_at_once_and_the_second_waits(sms_provider, settings):
    settings.DELIVERY_RETRIES = 48
    sms_provider.answer = lambda message: Response("busy", 503)
    row = text()

    deliver(Queue.NORMAL)
    deliver(Queue.NORMAL)

    row.refresh_from_db()
    assert len(sms_provider.seen) == 2
    assert (row.status, row.delivery_attempts, row.claimed_until) == ("created", 2, None)
    assert timedelta(seconds=290) < row.next_attempt_at - clock.now() <= timedelta(seconds=300)
    assert row.billable_units == 1


def test_after_the_last_retry_the_message_fails_and_the_service_is_told(sms_provider, settings):
    settings.DELIVERY_RETRIES = 3
    sms_provider.answer = lambda message: Response("busy", 503)
    row = text(delivery_attempts=3)
    callback_for(row.service)

    deliver(Queue.NORMAL)

    row.refresh_from_db()
    live, history = live_and_history(row.id)
    assert (row.status, row.failure_reason) == ("technical-failure", "max-retries")
    assert CallbackDelivery.objects.get().payload["status"] == "technical-failure"
    assert live == history


def test_without_an_active_provider_the_message_waits(sms_provider):
    ProviderDetails.objects.update(active=False, version=2)
    row = text(delivery_attempts=1)

    deliver(Queue.NORMAL)

    row.refresh_from_db()
    assert row.status == "created"
    assert row.next_attempt_at > clock.now()


def test_values_that_cannot_be_decrypted_are_never_sent(sms_provider):
    row, good = text(), text()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notifications SET personalisation = 'broken' WHERE id = %s", [row.id]
        )

    deliver(Queue.NORMAL)

    assert {seen["cid"] for seen in sms_provider.seen} == {str(good.id)}
    assert Notification.objects.get(id=row.id).status == "created"


def test_a_receipt_that_comes_before_the_answer_wins(sms_provider, transactional_db):
    sent = threading.Event()

    def answer(message):
        move(uuid.UUID(message["cid"]), Status.DELIVERED, now=clock.now(), sent_by="mmg")
        connection.close()
        sent.set()
        return Response('{"Reference": "1"}', 200)

    sms_provider.answer = answer
    row = text()

    deliver(Queue.NORMAL)

    row.refresh_from_db()
    live, history = live_and_history(row.id)
    assert sent.is_set()
    assert row.status == "delivered"
    assert live == history


def test_many_workers_at_once_send_each_message_once(sms_provider, transactional_db):
    rows = [text() for _ in range(20)]

    def work(_):
        try:
            return deliver(Queue.NORMAL)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        counts = list(threads.map(work, range(8)))

    assert sum(counts) == 20
    assert sorted(seen["cid"] for seen in sms_provider.seen) == sorted(str(row.id) for row in rows)


def test_a_hanging_call_delays_only_its_own_message(sms_provider, slow, settings):
    settings.PROVIDER_TIMEOUT_SECONDS = 4
    template = TemplateFactory()
    hanging = text(template=template)
    others = [text(template=template) for _ in range(30)]
    quick = sms_provider.answer
    late = slow(6, quick)
    sms_provider.answer = lambda message: (
        late(message) if message["cid"] == str(hanging.id) else quick(message)
    )

    deliver(Queue.NORMAL)

    hanging.refresh_from_db()
    assert hanging.status == "created"
    assert timedelta(seconds=50) < hanging.next_attempt_at - clock.now() <= timedelta(seconds=60)
    for row in others:
        row.refresh_from_db()
        assert row.status == "sending"
        assert row.sent_at < hanging.next_attempt_at - timedelta(seconds=60)


def test_a_call_does_not_begin_when_the_lease_might_end_before_the_answer(sms_provider, settings):
    settings.DELIVERY_LEASE_SECONDS = 1
    row = text()

    deliver_once(row)

    row.refresh_from_db()
    assert sms_provider.seen == []
    assert (row.status, row.delivery_attempts, row.claimed_until) == ("created", 0, None)


def deliver_once(row):
    """Give the run no time for a second claim of what it gave back."""
    from notifications.delivery.deliver import Run  # noqa: PLC0415

    run = Run(Queue.NORMAL)
    assert run._start_more() == 1
    run._finish(run._gather())


def test_calls_under_way_are_recorded_when_the_database_is_lost(sms_provider, transactional_db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [pid] = cursor.fetchone()

    def lose_the_database(message):
        with connection.cursor() as cursor:  # the thread's own connection, not the worker's
            cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
        connection.close()
        time.sleep(0.5)  # the worker asks for more messages meanwhile, and fails
        return Response('{"Reference": "1"}', 200)

    sms_provider.answer = lose_the_database
    row = text()

    with pytest.raises(DatabaseError):
        deliver(Queue.NORMAL)

    connection.close()
    assert len(sms_provider.seen) == 1
    assert Notification.objects.get(id=row.id).status == "sending"


def test_a_backlog_of_one_service_does_not_hold_up_another(sms_provider):
    busy, quiet = TemplateFactory(), TemplateFactory()
    early = clock.now() - timedelta(hours=1)
    for _ in range(200):
        text(template=busy, created_at=early)
    few = {str(text(template=quiet).id) for _ in range(5)}

    deliver(Queue.NORMAL)

    first = {seen["cid"] for seen in sms_provider.seen[:100]}
    assert few <= first
    assert len(sms_provider.seen) == 205


def test_threads_only_call_providers(sms_provider):
    text()

    deliver(Queue.NORMAL)

    def connected():
        return connection.connection is not None

    assert not any(pool().submit(connected).result() for _ in range(4))
