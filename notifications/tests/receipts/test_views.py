import base64
import json
import uuid
from dataclasses import dataclass
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client

from notifications.models import Complaint, Notification
from notifications.providers.anymail import Anymail
from notifications.providers.base import UnverifiedReceipt
from notifications.tests.factories import NotificationFactory
from notify_project import queues

ID = "3f1c8f6e-0a3b-4c7e-9a1b-0d7f6a5b4c3d"
DELIVERED = {"CID": ID, "status": "3", "substatus": "7", "MSISDN": "447700900123"}


def post(body, path="mmg", **headers):
    content = body if isinstance(body, bytes) else json.dumps(body)
    return Client(raise_request_exception=False).post(
        f"/notifications/sms/{path}", content, content_type="application/json", **headers
    )


def post_form(path, fields, **headers):
    return Client(raise_request_exception=False).post(
        f"/notifications/sms/{path}",
        urlencode(fields),
        content_type="application/x-www-form-urlencoded",
        **headers,
    )


def basic(text):
    return {"HTTP_AUTHORIZATION": "Basic " + base64.b64encode(text.encode()).decode()}


@dataclass
class Credentials:
    username: str
    password: str


@pytest.fixture
def _credentials(settings):
    options = settings.PROVIDER_OPTIONS["mmg"]
    settings.PROVIDER_OPTIONS = {
        "mmg": {**options, "receipt_username": "mmg", "receipt_password": "s3cret:ü"}
    }


def test_a_receipt_is_queued_and_answered(recorded_tasks):
    response = post(DELIVERED)

    assert (response.status_code, response.json()) == (200, {"result": "success"})
    [task] = recorded_tasks
    assert (task.queue, task.function) == ("receipts", "apply_receipt")
    assert task.args == ("mmg", ID, "", "delivered", "3/7")


def test_what_is_queued_has_nothing_personal(recorded_tasks):
    post({**DELIVERED, "substatus": "447700900123"})

    assert "447700900123" not in str(recorded_tasks)


@pytest.mark.parametrize(
    ("body", "messages"),
    [
        ({"status": "3"}, ["MMG callback failed: CID missing"]),
        ({"CID": ID}, ["MMG callback failed: status missing"]),
        ({}, ["MMG callback failed: status missing", "MMG callback failed: CID missing"]),
        (b"", ["MMG callback failed: not JSON"]),
        (b"\xff", ["MMG callback failed: not JSON"]),
        ([], ["MMG callback failed: not a JSON object"]),
    ],
)
def test_a_body_that_is_no_receipt_is_400(recorded_tasks, body, messages):
    response = post(body)

    assert response.status_code == 400
    assert response.json() == {"result": "error", "message": messages}
    assert recorded_tasks == []


@pytest.mark.django_db
def test_an_unknown_status_is_logged_as_an_error_and_answered_200(recorded_tasks, caplog):
    response = post({**DELIVERED, "status": "9"})

    assert response.status_code == 200
    assert recorded_tasks == []
    assert [r.levelname for r in caplog.records if "unknown status 9" in r.getMessage()] == [
        "ERROR"
    ]


def test_an_id_that_is_not_ours_is_answered_200_and_kept_out_of_the_log(recorded_tasks, caplog):
    response = post({**DELIVERED, "CID": "447700900123"})

    assert response.status_code == 200
    assert recorded_tasks == []
    assert "447700900123" not in caplog.text


@pytest.mark.parametrize("name", ["pigeon", "smtp", "console", "MMG"])
def test_only_providers_of_texts_have_an_endpoint(recorded_tasks, name):
    response = post(DELIVERED, name)

    assert response.status_code == 404
    assert response.json()["result"] == "error"


@pytest.mark.parametrize("name", ["mmg", "smtp", "console", "pigeon"])
def test_emails_have_endpoints_of_their_own(recorded_tasks, name):
    response = Client().post(f"/notifications/email/{name}", "{}", content_type="application/json")

    assert response.status_code == 404


def test_a_form_is_read_and_what_depends_on_the_status_is_queued_with_it(recorded_tasks):
    response = post_form("firetext", {"reference": ID, "status": "1"})

    assert response.json() == {"result": "success"}
    [task] = recorded_tasks
    assert task.args == (
        *("firetext", ID, "", "permanent-failure", "1"),
        *("0", "temporary-failure"),
    )


def test_a_receipt_with_a_forged_signature_is_403_and_the_operator_is_told(recorded_tasks, caplog):
    form = {"MessageSid": "SM1", "MessageStatus": "delivered"}

    response = post_form(f"twilio?id={ID}", form, HTTP_X_TWILIO_SIGNATURE="Zm9v")

    assert response.status_code == 403
    assert recorded_tasks == []
    assert "receipt of twilio that it did not sign" in caplog.text


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_only_posts_are_taken(method):
    response = getattr(Client(), method)("/notifications/sms/mmg")

    assert response.status_code == 405
    assert "POST" in response["Allow"]


@pytest.mark.usefixtures("_credentials")
class TestWithCredentials:
    def test_the_right_ones_open(self, recorded_tasks):
        assert post(DELIVERED, **basic("mmg:s3cret:ü")).status_code == 200
        assert len(recorded_tasks) == 1

    def test_without_any_it_is_401(self, recorded_tasks):
        response = post(DELIVERED)

        assert response.status_code == 401
        assert response["WWW-Authenticate"] == "Basic"
        assert response.json()["result"] == "error"

    @pytest.mark.parametrize("authorization", ["Bearer x", "basic", "Token"])
    def test_with_another_scheme_or_nothing_in_it_nobody_gets_in(
        self, recorded_tasks, authorization
    ):
        response = post(DELIVERED, HTTP_AUTHORIZATION=authorization)

        assert response.status_code in {401, 403}
        assert recorded_tasks == []

    @pytest.mark.parametrize("wrong", ["mmg:wrong", "mmg:", ":", "", "other:s3cret:ü"])
    def test_with_wrong_ones_it_is_403(self, recorded_tasks, wrong):
        response = post(DELIVERED, **basic(wrong))

        assert response.status_code == 403
        assert response.json()["result"] == "error"
        assert recorded_tasks == []

    def test_with_ones_that_are_no_base64_it_is_403(self, recorded_tasks):
        assert post(DELIVERED, HTTP_AUTHORIZATION="Basic $$$ü").status_code == 403


@pytest.mark.django_db(transaction=True)
def test_without_a_queue_a_receipt_is_applied_at_once(monkeypatch):
    monkeypatch.setattr(queues, "intercept", None)
    row = NotificationFactory(status="sending")

    response = post({**DELIVERED, "CID": str(row.id)})

    assert response.status_code == 200
    assert Notification.objects.get().status == "delivered"


@pytest.mark.django_db(transaction=True)
def test_without_queue_and_database_the_provider_is_asked_to_come_back(monkeypatch, settings):
    monkeypatch.setattr(queues, "intercept", None)
    connection.close()
    settings.DATABASES["default"]["PORT"], port = "1", settings.DATABASES["default"]["PORT"]
    try:
        response = post({**DELIVERED, "CID": str(uuid.uuid4())})
    finally:
        settings.DATABASES["default"]["PORT"] = port
        connection.close()

    assert response.status_code in {500, 503}


@pytest.mark.redis
@pytest.mark.django_db(transaction=True)
def test_without_a_database_a_receipt_is_still_queued(redis, monkeypatch, settings):
    monkeypatch.setattr(queues, "intercept", None)
    connection.close()
    settings.DATABASES["default"]["PORT"], port = "1", settings.DATABASES["default"]["PORT"]
    try:
        response = post(DELIVERED)
    finally:
        settings.DATABASES["default"]["PORT"] = port
        connection.close()

    assert response.status_code == 200
    assert redis.llen("rq:queue:receipts") == 1


class TestOfAnEmailService:
    @pytest.fixture(autouse=True)
    def _login(self, settings):
        options = {"esp": "postmark", "receipt_username": "esp", "receipt_password": "s3cret"}
        settings.PROVIDER_OPTIONS = {**settings.PROVIDER_OPTIONS, "anymail": options}

    @staticmethod
    def post(login="esp:s3cret", **fields):
        event = {"MessageID": "pm-1", "Metadata": {"notification_id": ID}, **fields}
        return Client(raise_request_exception=False).post(
            "/notifications/email/anymail",
            json.dumps(event),
            content_type="application/json",
            **basic(login),
        )

    def test_an_outcome_is_queued(self, recorded_tasks):
        assert self.post(RecordType="Delivery").json() == {"result": "success"}

        [task] = recorded_tasks
        assert task.args == ("anymail", ID, "pm-1", "delivered", "delivered")

    def test_what_cannot_be_verified_now_is_asked_for_again(self, monkeypatch, recorded_tasks):
        def read(*_):
            raise UnverifiedReceipt("ConnectTimeout")

        monkeypatch.setattr(Anymail, "read_receipts", read)

        assert self.post(RecordType="Delivery").status_code == 503
        assert recorded_tasks == []

    @pytest.mark.django_db
    def test_a_complaint_is_recorded_and_changes_no_status(self, recorded_tasks):
        row = NotificationFactory(email=True, status="delivered", reference="pm-1")

        response = self.post(
            RecordType="SpamComplaint",
            Type="SpamComplaint",
            ID=42,
            Email="jo@example.com",
            Metadata={},
        )

        assert response.status_code == 200
        assert Complaint.objects.get().notification_id == row.id
        assert Notification.objects.get().status == "delivered"
        assert recorded_tasks == []

    def test_who_does_not_log_in_tells_nothing(self, recorded_tasks):
        assert self.post("esp:wrong", RecordType="Delivery").status_code == 403
        assert recorded_tasks == []
