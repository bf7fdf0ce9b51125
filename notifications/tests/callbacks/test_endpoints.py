"""An endpoint that does not answer costs one call a minute, and gets its backlog when it does."""

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from freezegun import freeze_time
from werkzeug import Response

from notifications.callbacks.claim import claim_due, has_due_rows
from notifications.callbacks.endpoints import give_up_on_the_dead
from notifications.callbacks.send import send
from notifications.models import CallbackAttempt, CallbackDelivery, FailingEndpoint
from notifications.tests.factories import CallbackDeliveryFactory
from services.models import ServiceCallbackApi

pytestmark = pytest.mark.django_db(transaction=True)

NOON = datetime(2026, 6, 10, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
NOWHERE = "https://127.0.0.1:1/told"


def send_at(moment):
    with freeze_time(moment):
        return send()


def backlog(service, count, **columns):
    for _ in range(count):
        CallbackDeliveryFactory(service=service, created_at=NOON, **columns)


@pytest.fixture
def dead(listener):
    """A service whose endpoint died at noon with 30 calls waiting for it."""
    service = listener.service(url=NOWHERE)
    backlog(service, 30)
    send_at(NOON)
    return service


def repair(listener, service, path="/told"):
    ServiceCallbackApi.objects.filter(service=service).update(url=listener.server.url_for(path))


def test_after_twenty_failures_the_others_wait_untouched(dead, caplog):
    row = FailingEndpoint.objects.get()

    tried = CallbackAttempt.objects.count()
    untouched = CallbackDelivery.objects.filter(state="waiting", attempts=0).count()

    assert 20 <= tried < 20 + 8
    assert untouched == 30 - tried
    assert (row.failures, row.last_error) == (tried, "ConnectionError")
    assert (row.dead_since, row.next_probe_at) == (NOON, NOON + MINUTE)
    assert not has_due_rows(NOON + MINUTE - timedelta(seconds=1))
    alerts = [
        each.getMessage() for each in caplog.get_records("setup") if each.levelname == "ERROR"
    ]
    # Told when it was reached; calls that were under way by then have failed as well.
    told = [
        f"callbacks delivery_status of service {dead.id} wait: "
        f"no answer to the last {number} calls (ConnectionError)"
        for number in range(20, tried + 1)
    ]
    assert len(alerts) == 1
    assert alerts[0] in told


def test_one_probe_a_minute_is_made(dead):
    counts = []
    for minutes in range(1, 4):
        assert has_due_rows(NOON + minutes * MINUTE)
        counts.append(send_at(NOON + minutes * MINUTE))
        counts.append(send_at(NOON + minutes * MINUTE + timedelta(seconds=30)))

    assert counts == [1, 0] * 3


def test_of_two_workers_one_makes_the_probe(dead):
    claimed, ready = [], threading.Barrier(2)

    def claim():
        try:
            ready.wait()
            claimed.extend(claim_due(limit=10, share=8, room={}, now=NOON + MINUTE))
        finally:
            connection.close()

    workers = [threading.Thread(target=claim) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert len(claimed) == 1


def test_a_claim_is_not_compiled_which_would_take_longer_than_to_run_it():
    with connection.cursor() as cursor:
        cursor.execute("SHOW jit")
        assert cursor.fetchone() == ("off",)


def test_with_the_first_answer_the_backlog_is_drained(dead, listener, caplog):
    repair(listener, dead)

    send_at(NOON + MINUTE)

    waiting = CallbackDelivery.objects.filter(state="waiting")
    assert not FailingEndpoint.objects.exists()
    assert not waiting.filter(attempts=0).exists()
    assert "go on: answered for the first time since 2026-06-10T12:00:00+00:00" in caplog.text
    send_at(NOON + timedelta(minutes=5))
    assert not waiting.exists()


def test_an_answer_of_any_kind_is_a_sign_of_life(dead, listener):
    listener.answers["/told"] = Response(status=500)
    repair(listener, dead)

    send_at(NOON + MINUTE)

    assert not FailingEndpoint.objects.exists()


def test_a_probe_uses_up_no_retry(listener):
    service = listener.service(url=NOWHERE)
    backlog(service, 3)
    FailingEndpoint.objects.create(
        service=service,
        callback_type="delivery_status",
        failures=20,
        first_failed_at=NOON,
        last_failed_at=NOON,
        last_error="ReadTimeout",
        dead_since=NOON,
        next_probe_at=NOON,
    )

    for minutes in range(40):
        send_at(NOON + minutes * MINUTE)

    assert CallbackAttempt.objects.count() == 40
    assert not CallbackDelivery.objects.exclude(state="waiting").exists()


def test_failures_apart_by_an_answer_are_not_counted_together(listener):
    service = listener.service(url=NOWHERE)
    backlog(service, 12)
    send_at(NOON)
    first = FailingEndpoint.objects.get()
    repair(listener, service)
    backlog(service, 1)
    send_at(NOON)
    between = FailingEndpoint.objects.exists()
    ServiceCallbackApi.objects.update(url=NOWHERE)
    backlog(service, 12)
    send_at(NOON)

    assert (first.failures, first.dead_since) == (12, None)
    assert not between
    assert FailingEndpoint.objects.get().failures == 12


def test_other_callbacks_of_the_service_and_other_services_go_on(dead, listener):
    other = listener.waiting("/other", created_at=NOON)
    callback = ServiceCallbackApi.objects.get(service=dead)
    ServiceCallbackApi.objects.create(
        service=dead,
        callback_type="complaint",
        url=listener.server.url_for("/complaint"),
        bearer_token=callback.bearer_token,
    )
    backlog(dead, 1, callback_type="complaint")

    assert send_at(NOON + timedelta(seconds=10)) == 2

    assert set(listener.paths()) == {"/other", "/complaint"}
    other.refresh_from_db()
    assert other.state == "done"


def test_an_endpoint_that_is_refused_is_not_dead(listener, settings):
    settings.HTTP_ALLOW_PRIVATE = False
    service = listener.service()
    backlog(service, 30)

    send_at(NOON)

    assert not FailingEndpoint.objects.exists()
    assert set(CallbackDelivery.objects.values_list("state", flat=True)) == {"given-up"}


def test_what_waits_for_the_dead_is_given_up_after_three_days(dead, caplog):
    days = timedelta(days=3)
    CallbackDeliveryFactory(service=dead, created_at=NOON + days)
    other = CallbackDeliveryFactory(created_at=NOON)

    assert give_up_on_the_dead(NOON + days) == 0
    assert give_up_on_the_dead(NOON + days + MINUTE) == 30

    waiting = CallbackDelivery.objects.filter(state="waiting")
    assert waiting.count() == 2
    assert waiting.filter(id=other.id).exists()
    given_up = CallbackDelivery.objects.filter(state="given-up")
    assert set(given_up.values_list("last_error", "finished_at")) == {
        ("EndpointDead", NOON + days + MINUTE)
    }


@pytest.mark.parametrize("limit", [1, 3])
def test_calls_of_one_endpoint_at_once_are_limited(listener, settings, limit):
    settings.CALLBACK_CALLS_PER_ENDPOINT = limit
    service = listener.service()
    backlog(service, 9)
    under_way, most, lock = [], [], threading.Lock()

    def handle(request):
        with lock:
            under_way.append(request)
            most.append(len(under_way))
        time.sleep(0.1)
        with lock:
            under_way.pop()
        return Response(status=204)

    listener.server.clear_all_handlers()
    listener.server.expect_request("/told").respond_with_handler(handle)
    send_at(NOON)

    assert len(most) == 9
    assert max(most) == limit
