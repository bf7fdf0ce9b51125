"""Calls are signed as Standard Webhooks 1.0.0 says; the check here is written from its text."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from freezegun import freeze_time
from werkzeug import Response

from notifications.callbacks.send import send
from notifications.callbacks.signature import signature_headers
from services.callback_secrets import rotate_secret
from services.models import CallbackSigningSecret, ServiceCallbackApi

NOON = datetime(2026, 6, 10, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def matching(secret, headers, body):
    """Return how many signatures of the list were made with a secret."""
    key = base64.b64decode(secret[len("whsec_") :], validate=True)
    assert 24 <= len(key) <= 64
    content = f"{headers['Webhook-Id']}.{headers['Webhook-Timestamp']}.".encode() + body
    wanted = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    versions = [each.split(",", 1) for each in headers["Webhook-Signature"].split(" ")]
    return sum(hmac.compare_digest(value, wanted) for name, value in versions if name == "v1")


def secret_of(row):
    return CallbackSigningSecret.objects.get(callback__service=row.service_id).secret


@pytest.fixture
def raw(listener):
    """Keep requests as they came."""
    seen, answer = [], listener.handle

    def keep(request):
        seen.append((dict(request.headers), request.get_data()))
        return answer(request)

    listener.handle = keep
    listener.server.clear_all_handlers()
    listener.server.expect_request("/told").respond_with_handler(keep)
    return seen


def test_the_published_example_gets_the_published_signature():
    # Source: Standard Webhooks, tests of its reference libraries.
    headers = signature_headers(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        b'{"test": 2432232314}',
        secrets=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
        now=datetime.fromtimestamp(1614265330, UTC),
    )

    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


@pytest.mark.django_db(transaction=True)
class TestCalls:
    def test_a_callback_without_a_secret_gets_one_and_is_signed_with_it(self, listener, raw):
        row = listener.waiting(payload={"to": "zoë@example.org"})

        send()

        [(headers, body)] = raw
        assert matching(secret_of(row), headers, body) == 1
        assert headers["Webhook-Signature"].count("v1,") == 1
        assert headers["Webhook-Id"] == str(row.id)
        assert headers["Authorization"] == "Bearer a token of the service"

    def test_the_id_stays_over_attempts_and_the_time_is_that_of_the_attempt(self, listener, raw):
        listener.answers["/told"] = Response(status=500)
        row = listener.waiting(created_at=NOON)

        for minutes in (0, 5):
            with freeze_time(NOON + timedelta(minutes=minutes)):
                send()

        ids = [headers["Webhook-Id"] for headers, _ in raw]
        times = [int(headers["Webhook-Timestamp"]) for headers, _ in raw]
        assert ids == [str(row.id)] * 2
        assert times == [int(NOON.timestamp()), int(NOON.timestamp()) + 300]
        assert [matching(secret_of(row), *each) for each in raw] == [1, 1]

    @pytest.mark.parametrize(
        ("after", "both"),
        [
            pytest.param(timedelta(0), True, id="at once"),
            pytest.param(DAY - timedelta(seconds=1), True, id="a second before"),
            pytest.param(DAY, False, id="when it is over"),
        ],
    )
    def test_after_a_rotation_both_secrets_sign_for_a_day(self, listener, raw, after, both):
        row = listener.waiting(created_at=NOON)
        callback = ServiceCallbackApi.objects.get(service=row.service_id)
        with freeze_time(NOON):
            first = rotate_secret(callback, overlap=timedelta(0), actor=None)
            second = rotate_secret(callback, overlap=DAY, actor=None)

        with freeze_time(NOON + after):
            send()

        [(headers, body)] = raw
        assert matching(second, headers, body) == 1
        assert matching(first, headers, body) == both

    def test_a_body_that_somebody_touched_does_not_match(self, listener, raw):
        row = listener.waiting()

        send()

        [(headers, body)] = raw
        assert matching(secret_of(row), headers, body + b" ") == 0

    def test_a_secret_that_no_key_decrypts_is_not_signed_with(self, listener):
        row = listener.waiting()
        callback = ServiceCallbackApi.objects.get(service=row.service_id)
        rotate_secret(callback, overlap=timedelta(0), actor=None)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE callback_signing_secrets SET secret = 'nonsense'")

        send()

        row.refresh_from_db()
        assert (row.state, row.last_error) == ("waiting", "Unreadable")
        assert listener.seen == []
