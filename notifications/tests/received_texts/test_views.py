import base64
import json
import threading
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from freezegun import freeze_time

from notifications.models import CallbackDelivery, InboundSms
from notifications.tests.received_texts.test_readers import FIRETEXT, MMG
from notify_project import clock
from services.callbacks import set_callback
from services.creating import archive_service, set_permissions
from services.inbound_numbers import allocate_number, release_number
from services.models import InboundNumber
from services.tests.factories import InboundNumberFactory, ServiceFactory

pytestmark = pytest.mark.django_db

LOGIN = "notify:s3cret"
OTHER_LOGIN = "notify:older"


def basic(text):
    return {"HTTP_AUTHORIZATION": "Basic " + base64.b64encode(text.encode()).decode()}


def post(provider, body, **headers):
    headers = headers or basic(LOGIN)
    form = {"content_type": "application/x-www-form-urlencoded"}
    data = urlencode(body) if provider == "firetext" else json.dumps(body)
    kind = form if provider == "firetext" else {"content_type": "application/json"}
    client = Client(raise_request_exception=False)
    return client.post(f"/notifications/sms/receive/{provider}", data, **kind, **headers)


@pytest.fixture(autouse=True)
def _logins(settings):
    login = {"username": "notify", "passwords": ["s3cret", "older"]}
    settings.RECEIVED_TEXTS = {"mmg": login, "firetext": login}


@pytest.fixture
def service():
    service = ServiceFactory()
    InboundNumberFactory(number="07700900456")
    allocate_number(service, "07700900456", actor=None)
    return service


@pytest.fixture
def told(service):
    set_callback(service, "inbound_sms", url="https://example.org/told", token="t" * 10, actor=None)
    return service


@pytest.mark.parametrize(
    ("provider", "body", "reference"),
    [("mmg", MMG, "SMS-17"), ("firetext", FIRETEXT, None)],
    ids=["mmg", "firetext"],
)
def test_a_text_is_stored_for_the_service_that_has_the_number(service, provider, body, reference):
    with freeze_time("2026-07-01 12:00:00"):
        answer = post(provider, body)
        now = clock.now()

    row = InboundSms.objects.get()
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert (row.service, row.notify_number) == (service, "07700900456")
    assert (row.user_number, row.content) == ("447700900123", "Yes, £5 + 👍")
    assert (row.provider, row.provider_reference) == (provider, reference)
    assert row.provider_date.isoformat() == "2026-07-01T10:56:11+00:00"
    assert row.created_at == now
    assert not CallbackDelivery.objects.exists()


@pytest.mark.redis
def test_the_service_is_told_with_the_same_facts(
    told, redis, recorded_tasks, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        post("mmg", MMG)

    row, delivery = InboundSms.objects.get(), CallbackDelivery.objects.get()
    assert (delivery.service, delivery.callback_type) == (told, "inbound_sms")
    assert delivery.subject_id == row.id
    assert delivery.payload == {
        "id": str(row.id),
        "source_number": "447700900123",
        "destination_number": "07700900456",
        "message": "Yes, £5 + 👍",
        "date_received": "2026-07-01T10:56:11.000000Z",
    }
    assert [task.function for task in recorded_tasks] == ["send_callbacks"]


def test_a_date_that_cannot_be_read_becomes_the_time_of_receipt(
    told, recorded_tasks, django_capture_on_commit_callbacks
):
    with freeze_time("2026-07-01 12:00:00"), django_capture_on_commit_callbacks():
        post("mmg", {**MMG, "DateRecieved": "soon"})

    [delivery] = CallbackDelivery.objects.all()
    assert delivery.payload["date_received"] == "2026-07-01T12:00:00.000000Z"


@pytest.mark.parametrize(
    ("sender", "stored"),
    [("07700 900 123", "447700900123"), ("BANK", "BANK"), ("60006", "60006"), ("0\0", "0\0")],
    ids=["spaces", "name", "short code", "null"],
)
def test_a_sender_that_is_no_number_is_stored_as_given(service, sender, stored):
    post("mmg", {**MMG, "MSISDN": sender})

    assert InboundSms.objects.get().user_number == stored


def test_who_wrote_what_is_encrypted_and_not_logged(service, caplog):
    caplog.set_level("DEBUG")
    post("mmg", {**MMG, "Message": "Rumpelstiltskin"})
    post("mmg", {**MMG, "Message": "Rumpelstiltskin"})
    post("mmg", {**MMG, "Number": "07999999999"})

    with connection.cursor() as cursor:
        cursor.execute("SELECT i::text FROM inbound_sms i")
        [[stored]] = cursor.fetchall()
    for personal in ("447700900123", "Rumpelstiltskin"):
        assert personal not in stored
        assert personal not in caplog.text


def test_what_is_handed_on_again_stores_and_tells_nothing_new(
    told, recorded_tasks, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        answers = [post("mmg", MMG), post("mmg", {**MMG, "Message": "other"})]

    assert [answer.json() for answer in answers] == [{"status": "ok"}] * 2
    assert InboundSms.objects.get().content == "Yes, £5 + 👍"
    assert CallbackDelivery.objects.count() == 1


def test_the_same_name_of_another_provider_is_another_text(service):
    post("mmg", {**MMG, "ID": ""})
    post("mmg", {**MMG, "ID": ""})
    post("firetext", FIRETEXT)
    post("firetext", FIRETEXT)

    assert InboundSms.objects.count() == 4


@pytest.mark.parametrize("provider", ["mmg", "firetext"])
@pytest.mark.parametrize(
    "why", ["unknown", "archived service", "no permission", "released"], ids=str
)
def test_where_repeating_would_not_help_it_is_logged_and_answered_200(
    service, caplog, provider, why
):
    if why == "unknown":
        InboundNumber.objects.filter(number="07700900456").update(number="07700900457")
    elif why == "archived service":
        archive_service(service, actor=None)
    elif why == "no permission":
        set_permissions(service, ["sms"], actor=None)
    else:
        release_number(InboundNumber.objects.get(), actor=None)

    answer = post(provider, MMG if provider == "mmg" else FIRETEXT)

    assert answer.status_code == 200
    if provider == "mmg":
        assert (answer.content, answer["Content-Type"][:10]) == (b"RECEIVED", "text/plain")
    else:
        assert answer.json() == {"status": "ok"}
    assert not InboundSms.objects.exists()
    assert [r.levelname for r in caplog.records if "handed on a text" in r.getMessage()] == [
        "WARNING"
    ]


@pytest.mark.parametrize("login", [LOGIN, OTHER_LOGIN], ids=["new", "old"])
def test_each_password_of_the_provider_opens(service, login):
    assert post("mmg", MMG, **basic(login)).status_code == 200


def test_without_credentials_it_is_401(service):
    answer = post("mmg", MMG, HTTP_AUTHORIZATION="")

    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Basic")
    assert answer.json()["result"] == "error"
    assert not InboundSms.objects.exists()


@pytest.mark.parametrize("login", ["notify:wrong", "notify:", ":", "", "mmg:s3cret", "notify"])
def test_with_wrong_credentials_it_is_403(service, login):
    answer = post("mmg", MMG, **basic(login))

    assert answer.status_code == 403
    assert answer.json()["result"] == "error"
    assert not InboundSms.objects.exists()


@pytest.mark.parametrize("login", ["notify:", "notify:s3cret", ":"])
def test_an_operator_who_sets_no_password_keeps_it_shut(service, settings, login):
    shut = {"username": "notify", "passwords": []}
    settings.RECEIVED_TEXTS = {"mmg": shut, "firetext": shut}

    assert post("mmg", MMG, **basic(login)).status_code == 403
    assert post("mmg", MMG, HTTP_AUTHORIZATION="").status_code == 401


def test_what_is_no_text_is_400_and_says_all_that_is_wrong(service):
    answer = post("mmg", {"Message": "x"})

    assert answer.status_code == 400
    assert answer.json() == {
        "result": "error",
        "message": [
            "MMG received text failed: MSISDN missing",
            "MMG received text failed: Number missing",
        ],
    }


@pytest.mark.parametrize(
    "number",
    ["", "\u0660\u0667", "a\0b", "0" * 400],
    ids=["x", "digits", "null", "long"],
)
def test_a_number_that_nobody_can_have_is_no_error(service, number):
    assert post("firetext", {**FIRETEXT, "destination": f"0{number}"}).status_code == 200
    assert not InboundSms.objects.exists()


@pytest.mark.parametrize("provider", ["pigeon", "smtp", "MMG"])
def test_others_hand_on_nothing(provider):
    assert post(provider, MMG).status_code == 404


def test_only_posts_are_taken():
    assert Client().get("/notifications/sms/receive/mmg").status_code == 405


@pytest.mark.django_db(transaction=True)
def test_a_text_that_comes_twice_at_once_is_stored_and_told_once(told, monkeypatch):
    barrier, answers = threading.Barrier(4), []
    monkeypatch.setattr("notifications.callbacks.outbox.wake", lambda: None)

    def hand_on():
        barrier.wait()
        answers.append(post("mmg", MMG).status_code)
        connection.close()

    threads = [threading.Thread(target=hand_on) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [200] * 4
    assert InboundSms.objects.count() == CallbackDelivery.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_a_database_the_provider_is_asked_to_come_back(settings):
    connection.close()
    settings.DATABASES["default"]["PORT"], port = "1", settings.DATABASES["default"]["PORT"]
    try:
        answer = post("mmg", MMG)
    finally:
        settings.DATABASES["default"]["PORT"] = port
        connection.close()

    assert answer.status_code == 503


@pytest.mark.django_db(transaction=True)
def test_a_text_and_its_outbox_row_are_stored_together_or_not_at_all(told, monkeypatch):
    def fail(rows):
        raise RuntimeError

    monkeypatch.setattr("notifications.callbacks.outbox.write", fail)

    assert post("mmg", MMG).status_code == 500
    assert not InboundSms.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_without_a_queue_the_outbox_row_waits_for_the_schedule(told):
    assert post("mmg", MMG).status_code == 200
    assert CallbackDelivery.objects.get().state == "waiting"
