import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from freezegun import freeze_time
from werkzeug import Response

from notifications.callbacks.claim import claim_due, has_due_rows
from notifications.callbacks.send import send
from notifications.models import CallbackDelivery
from notifications.tests.factories import CallbackDeliveryFactory
from notify_project import clock
from services.models import ServiceCallbackApi

pytestmark = pytest.mark.django_db(transaction=True)

NOON = datetime(2026, 6, 10, 12, 0, tzinfo=UTC)
RETRY = timedelta(seconds=300)


def state(row):
    row.refresh_from_db()
    return row.state, row.attempts


def test_a_service_is_told_with_its_token_and_the_frozen_body(listener):
    payload = {"id": "1", "reference": None, "to": "07900 900123", "status": "delivered"}
    row = listener.waiting("/told", payload=payload)

    assert send() == 1

    [(path, headers, body)] = listener.seen
    assert (path, body) == ("/told", payload)
    assert headers["Authorization"] == "Bearer a token of the service"
    assert headers["Content-Type"] == "application/json"
    assert state(row) == ("done", 1)
    assert (row.last_response_code, row.next_attempt_at) == (204, None)
    assert row.finished_at is not None
    assert send() == 0


@pytest.mark.parametrize("code", [500, 503, 599, 429])
def test_what_may_pass_is_tried_again_five_minutes_later(listener, code):
    listener.answers["/told"] = Response(status=code)
    row = listener.waiting(created_at=NOON)

    with freeze_time(NOON):
        send()

    assert state(row) == ("waiting", 1)
    assert row.next_attempt_at == NOON + RETRY
    assert (row.last_response_code, row.finished_at) == (code, None)
    assert not has_due_rows(NOON + RETRY - timedelta(seconds=1))
    assert has_due_rows(NOON + RETRY)


def test_after_five_retries_it_is_given_up(listener, caplog):
    listener.answers["/told"] = Response(status=500)
    row = listener.waiting(created_at=NOON)

    states = []
    for attempt in range(8):
        with freeze_time(NOON + attempt * RETRY):
            send()
        states.append(state(row))

    assert states[:5] == [("waiting", number) for number in range(1, 6)]
    assert states[5:] == [("given-up", 6)] * 3
    assert listener.paths() == ["/told"] * 6
    assert row.finished_at == NOON + 5 * RETRY
    assert [record.levelname for record in caplog.records if "given-up" in record.message] == [
        "WARNING"
    ]


@pytest.mark.parametrize("code", [400, 401, 404, 410, 301, 302, 307, 304])
def test_any_other_answer_ends_it_at_once(listener, code):
    elsewhere = {"Location": listener.server.url_for("/elsewhere")}
    listener.answers["/told"] = Response(status=code, headers=elsewhere)
    row = listener.waiting()

    send()

    assert state(row) == ("given-up", 1)
    assert row.last_response_code == code
    assert listener.paths() == ["/told"]


@pytest.mark.parametrize("code", [200, 201, 202, 204])
def test_every_2xx_is_a_success(listener, code):
    listener.answers["/told"] = Response("" if code == 204 else "thanks", status=code)
    row = listener.waiting()

    send()

    assert state(row) == ("done", 1)


def test_who_answers_after_six_seconds_was_not_told(listener):
    listener.delays["/told"] = 6
    row = listener.waiting()
    began = time.monotonic()

    send()

    assert 5 <= time.monotonic() - began < 5.9
    assert state(row) == ("waiting", 1)
    assert (row.last_error, row.last_response_code) == ("ReadTimeout", None)


def test_nobody_at_the_address_is_tried_again(listener):
    row = listener.waiting()
    ServiceCallbackApi.objects.update(url="https://127.0.0.1:1/told", version=1)

    send()

    assert state(row) == ("waiting", 1)
    assert row.last_error == "ConnectionError"


def test_a_certificate_that_nobody_vouches_for_is_not_told(listener, settings):
    settings.HTTP_CA_FILE = ""
    row = listener.waiting()

    send()

    assert state(row) == ("waiting", 1)
    assert row.last_error == "SSLError"
    assert listener.seen == []


def test_a_private_address_is_refused_for_good(listener, settings):
    settings.HTTP_ALLOW_PRIVATE = False
    row = listener.waiting()

    send()

    assert state(row) == ("given-up", 1)
    assert row.last_error == "AddressRefused"
    assert listener.seen == []


@pytest.mark.parametrize("private_allowed", [True, False])
@pytest.mark.parametrize("url", ["https://[::1", "https://127.0.0.1:port/"])
def test_an_address_that_is_none_is_given_up_without_a_call(
    listener, settings, url, private_allowed
):
    settings.HTTP_ALLOW_PRIVATE = private_allowed
    row = listener.waiting()
    ServiceCallbackApi.objects.update(url=url)

    send()

    assert state(row) == ("given-up", 1)
    assert row.last_error == "InvalidURL"
    assert listener.seen == []


def test_a_callback_that_is_no_longer_configured_is_dropped(listener):
    row = CallbackDeliveryFactory()
    other_kind = listener.waiting(callback_type="complaint")

    send()

    assert state(row)[0] == state(other_kind)[0] == "dropped"
    assert row.finished_at is not None
    assert listener.seen == []


def test_a_corrected_address_heals_what_waits(listener):
    listener.answers["/wrong"] = Response(status=500)
    row = listener.waiting("/wrong", created_at=NOON)
    with freeze_time(NOON):
        send()
    ServiceCallbackApi.objects.update(url=listener.server.url_for("/right"))

    with freeze_time(NOON + RETRY):
        send()

    assert listener.paths() == ["/wrong", "/right"]
    assert state(row) == ("done", 2)


def test_a_worker_that_died_after_the_call_leaves_a_row_that_is_sent_again(listener):
    row = listener.waiting(created_at=NOON)
    [claimed] = claim_due(limit=10, share=10, room={}, now=NOON)

    with freeze_time(NOON + timedelta(seconds=59)):
        assert send() == 0
    with freeze_time(NOON + timedelta(seconds=60)):
        assert send() == 1

    assert claimed.id == row.id
    assert state(row) == ("done", 2)


def test_two_workers_never_tell_the_same_thing_at_once(listener):
    service = listener.service()
    for _ in range(100):
        CallbackDeliveryFactory(service=service)
    workers = [threading.Thread(target=send_and_close) for _ in range(3)]

    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert len(listener.seen) == 100
    assert set(CallbackDelivery.objects.values_list("state", "attempts")) == {("done", 1)}


def send_and_close():
    from django.db import connection  # noqa: PLC0415

    try:
        send()
    finally:
        connection.close()


def test_services_that_hang_do_not_keep_others_waiting(listener, settings):
    settings.CALLBACK_TIMEOUT_SECONDS = 2
    for number in range(6):
        service = listener.service(f"/hangs/{number}")
        listener.delays[f"/hangs/{number}"] = 3
        for _ in range(20):
            CallbackDeliveryFactory(service=service, created_at=clock.now())
    worker = threading.Thread(target=send_and_close)
    worker.start()
    time.sleep(3)  # by then those who hang are known
    row = listener.waiting("/quick")

    began = time.monotonic()
    while state(row)[0] != "done" and time.monotonic() - began < 10:
        time.sleep(0.05)
    waited = time.monotonic() - began
    CallbackDelivery.objects.filter(state="waiting").update(next_attempt_at=clock.now() + RETRY)
    worker.join()

    # Whoever had to wait for one of them waited for its time limit.
    assert waited < settings.CALLBACK_TIMEOUT_SECONDS


def test_an_endless_body_is_not_read_and_a_dripping_one_not_waited_for(listener, settings):
    settings.CALLBACK_TIMEOUT_SECONDS = 1
    listener.answers["/endless"] = Response(iter(lambda: b"x" * 10_000, None), status=200)
    listener.answers["/drips"] = Response(drops(), status=200)
    rows = [listener.waiting("/endless"), listener.waiting("/drips")]
    began = time.monotonic()

    send()

    assert [state(row) for row in rows] == [("done", 1)] * 2
    assert time.monotonic() - began < 2


def drops():
    for _ in range(40):
        time.sleep(0.1)
        yield b"x"


def test_nothing_personal_and_no_secret_is_logged(listener, caplog):
    caplog.set_level("DEBUG")
    listener.answers["/bad"] = Response(status=404)
    listener.waiting(payload={"to": "07900 900123"})
    listener.waiting("/bad", payload={"to": "07900 900123"})

    send()

    ours = [record.getMessage() for record in caplog.records if record.name[:3] == "not"]
    assert any("given-up" in line for line in ours)
    for secret in ("07900", "a token of the service", "127.0.0.1"):
        assert not any(secret in line for line in ours)
