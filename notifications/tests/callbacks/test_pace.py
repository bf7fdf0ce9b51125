"""One thread makes several calls of a quick endpoint in a row, and stops at the first trouble."""

import threading
import time
from collections import Counter
from datetime import timedelta

import pytest
from werkzeug import Response

from notifications.callbacks import send as module
from notifications.callbacks.calls import Answer
from notifications.callbacks.pace import IN_A_ROW, Pace
from notifications.callbacks.send import Run, send
from notifications.models import CallbackAttempt, CallbackDelivery
from notifications.tests.factories import CallbackDeliveryFactory
from notify_project import clock
from services.tests.factories import ServiceFactory


@pytest.fixture
def answer(listener):
    """Return a function that makes an answer of one endpoint."""
    row = CallbackDeliveryFactory(service=listener.service())
    [call] = module.prepare([row], clock.now())

    def make(**columns):
        return Answer(call, **columns)

    return make


@pytest.mark.parametrize(
    ("columns", "in_a_row", "threads"),
    [
        pytest.param({"code": 204, "duration_ms": 10}, IN_A_ROW, 8, id="quick"),
        pytest.param({"code": 204, "duration_ms": 251}, 1, 8, id="slow"),
        pytest.param({"code": 500, "duration_ms": 10}, 1, 8, id="in trouble"),
        pytest.param({"error": "ReadTimeout", "duration_ms": 5000}, 1, 1, id="hanging"),
    ],
)
@pytest.mark.django_db(transaction=True)
def test_the_last_answer_decides(answer, columns, in_a_row, threads):
    pace = Pace(8)
    for each in ({"code": 204}, {"error": "ReadTimeout"}, columns):
        pace.note(answer(**each))
    endpoint = answer().call.endpoint

    assert pace.in_a_row(endpoint) == in_a_row
    assert pace.has_room(endpoint, threads - 1)
    assert not pace.has_room(endpoint, threads)
    assert pace.room(Counter({endpoint: 1}))[endpoint] == (threads - 1) * in_a_row


@pytest.mark.django_db(transaction=True)
class TestBacklog:
    def test_all_of_it_is_told_once_and_in_order(self, listener, settings, monkeypatch):
        settings.CALLBACK_CALLS_PER_ENDPOINT = 1
        # On a busy machine some would be given back, and told after the others.
        monkeypatch.setattr("notifications.callbacks.send.LONGEST_READY", timedelta(minutes=1))
        service, now = listener.service(), clock.now()
        for number in range(30):
            at = now - timedelta(minutes=1) + timedelta(seconds=number)
            CallbackDeliveryFactory(service=service, created_at=at, payload={"n": number})

        send()

        assert [body["n"] for _, _, body in listener.seen] == list(range(30))
        assert set(CallbackDelivery.objects.values_list("state", "attempts")) == {("done", 1)}
        assert CallbackAttempt.objects.count() == 30

    def test_calls_behind_a_failure_are_not_made_and_lose_no_attempt(self, listener, settings):
        settings.CALLBACK_CALLS_PER_ENDPOINT = 1
        service = listener.service()
        CallbackDeliveryFactory(service=service)
        module._pace.cache_clear()
        send()
        listener.answers["/told"] = Response(status=404)
        for _ in range(IN_A_ROW):
            CallbackDeliveryFactory(service=service)
        run = Run()
        run._start_more()
        while run.under_way:
            run._finish()

        states = CallbackDelivery.objects.order_by("state").values_list("state", "attempts")
        assert list(states) == [("done", 1), ("given-up", 1), *[("waiting", 0)] * (IN_A_ROW - 1)]

    def test_what_is_ready_when_time_is_up_is_due_again(self, listener):
        service = ServiceFactory()
        rows = [CallbackDeliveryFactory(service=service, attempts=1) for _ in range(2)]
        target = listener.service()
        CallbackDelivery.objects.update(service=target)
        for row in rows:
            row.refresh_from_db()
        run = Run(deadline=time.monotonic())
        run.ready.append(list(module.prepare(rows, clock.now())))

        assert run.to_the_end() == 0

        assert set(CallbackDelivery.objects.values_list("state", "attempts")) == {("waiting", 0)}
        assert listener.seen == []

    def test_many_services_share_the_threads(self, listener, settings):
        settings.CALLBACK_THREADS = 2
        settings.CALLBACK_CALLS_PER_ENDPOINT = 1
        most, under_way, lock = [], [], threading.Lock()
        plain = listener.handle

        def handle(request):
            with lock:
                under_way.append(request)
                most.append(len(under_way))
            time.sleep(0.05)
            with lock:
                under_way.pop()
            return plain(request)

        listener.server.clear_all_handlers()
        for number in range(12):
            listener.server.expect_request(f"/{number}").respond_with_handler(handle)
            listener.waiting(f"/{number}")

        send()

        assert len(listener.seen) == 12
        assert max(most) == 2
        assert set(CallbackDelivery.objects.values_list("state", "attempts")) == {("done", 1)}
