import base64
import hashlib
import hmac
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import pytest

from notifications.providers.base import (
    ForgedReceipt,
    MalformedReceipt,
    RecipientRefused,
    RequestRefused,
    Throttled,
    Unavailable,
    UnknownReceiptStatus,
)
from notifications.providers.twilio import Twilio
from notifications.statuses import Status
from notifications.tests.providers.messages import SMS

FIXTURES = Path(__file__).parent / "fixtures" / "twilio"
RECEIPT_URL = "https://notify.test/notifications/sms/twilio"
QUERY = f"id={SMS.id}"
SID = "SM0123456789abcdef0123456789abcdef"
PATH = "/2010-04-01/Accounts/AC1/Messages.json"


def twilio_at(url, **options):
    return Twilio(
        {
            "url": url,
            "account_sid": "AC1",
            "auth_token": "secret",
            "receipt_url": RECEIPT_URL,
            **options,
        }
    )


@pytest.fixture
def twilio(httpserver):
    return twilio_at(httpserver.url_for("/"))


def signed(body, *, query=QUERY, token="secret"):
    """Sign as Twilio's documentation says, in other words than the product does."""
    text = RECEIPT_URL + ("?" + query if query else "")
    for name, value in sorted(parse_qsl(body.decode(), keep_blank_values=True)):
        text += name + value
    mac = hmac.new(token.encode(), text.encode(), hashlib.sha1)
    return {"X-Twilio-Signature": base64.b64encode(mac.digest()).decode()}


def read(*, query=QUERY, **fields):
    body = urlencode({"MessageSid": SID, "MessageStatus": "delivered", **fields}).encode()
    return twilio_at("").read_receipts(body, signed(body, query=query), query)


def test_posts_the_message_and_says_where_its_outcome_goes(twilio, httpserver):
    httpserver.expect_request(PATH).respond_with_json({"sid": SID, "status": "queued"}, status=201)

    reference = twilio.send(SMS)

    request = httpserver.log[0][0]
    assert reference == SID
    assert (request.authorization.username, request.authorization.password) == ("AC1", "secret")
    assert dict(parse_qsl(request.get_data(as_text=True))) == {
        "To": "+447700900123",
        "From": "NOTIFY",
        "Body": "Team: your code is 12345 – keep it",
        "StatusCallback": f"{RECEIPT_URL}?id={SMS.id}",
    }


@pytest.mark.parametrize(
    ("sender", "sent"),
    [("447700900456", "+447700900456"), ("60006", "60006"), ("07700900456", "07700900456")],
    ids=["number", "short-code", "national"],
)
def test_a_number_that_sends_is_written_in_international_form(twilio, httpserver, sender, sent):
    httpserver.expect_request(PATH).respond_with_json({"sid": SID}, status=201)

    twilio.send(replace(SMS, sender=sender))

    assert dict(parse_qsl(httpserver.log[0][0].get_data(as_text=True)))["From"] == sent


def test_a_sender_of_the_account_replaces_the_services(httpserver):
    httpserver.expect_request(PATH).respond_with_json({"sid": SID}, status=201)

    twilio_at(httpserver.url_for(""), sender="+15005550006").send(SMS)

    assert dict(parse_qsl(httpserver.log[0][0].get_data(as_text=True)))["From"] == "+15005550006"


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (400, 21211, RecipientRefused),
        (400, 21610, RecipientRefused),
        (400, 21614, RecipientRefused),
        (400, 21408, Unavailable),
        (400, 21606, Unavailable),
        (400, 21617, RequestRefused),
        (400, 21611, Throttled),
        (401, 20003, Unavailable),
        (429, 20429, Throttled),
        (503, 20503, Unavailable),
    ],
)
def test_names_each_refusal(twilio, httpserver, status, code, error):
    answer = {"code": code, "message": "no 447700900123"}
    httpserver.expect_request(PATH).respond_with_json(answer, status=status)

    with pytest.raises(error) as raised:
        twilio.send(SMS)

    assert type(raised.value) is error
    assert "447700900123" not in str(raised.value)


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"sid": 1}'])
def test_a_success_without_an_id_is_none(twilio, httpserver, body):
    httpserver.expect_request(PATH).respond_with_data(body, status=201)

    with pytest.raises(Unavailable):
        twilio.send(SMS)


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        ("delivered", "", Status.DELIVERED),
        ("undelivered", "30003", Status.TEMPORARY_FAILURE),
        ("undelivered", "30004", Status.PERMANENT_FAILURE),
        ("undelivered", "30005", Status.PERMANENT_FAILURE),
        ("undelivered", "30006", Status.PERMANENT_FAILURE),
        ("undelivered", "30008", Status.TEMPORARY_FAILURE),
        ("failed", "30001", Status.TEMPORARY_FAILURE),
        ("failed", "", Status.TEMPORARY_FAILURE),
    ],
)
def test_reads_each_outcome(status, code, outcome):
    [found] = read(MessageStatus=status, ErrorCode=code)

    assert (found.notification_id, found.reference, found.status) == (SMS.id, SID, outcome)


def test_without_our_id_there_is_twilios():
    [found] = read(query="")

    assert (found.notification_id, found.reference) == (None, SID)


@pytest.mark.parametrize("status", ["accepted", "queued", "sending", "sent"])
def test_what_is_under_way_has_no_outcome(status):
    assert read(MessageStatus=status) == []


def test_does_not_guess_an_unknown_status():
    with pytest.raises(UnknownReceiptStatus, match="lost"):
        read(MessageStatus="lost")


@pytest.mark.parametrize(
    ("fixture", "status", "detail"),
    [
        ("delivered", Status.DELIVERED, "delivere"),
        ("failed", Status.PERMANENT_FAILURE, "undelive/30005"),
    ],
)
def test_reads_recorded_webhooks(fixture, status, detail):
    body = (FIXTURES / f"{fixture}.txt").read_bytes().strip()

    [found] = twilio_at("").read_receipts(body, signed(body), QUERY)

    assert (found.status, found.detail) == (status, detail)


BODY = urlencode({"MessageSid": SID, "MessageStatus": "delivered"}).encode()


@pytest.mark.parametrize(
    ("headers", "query", "token"),
    [
        ({}, QUERY, "secret"),
        ({"X-Twilio-Signature": ""}, QUERY, "secret"),
        ({"X-Twilio-Signature": "ü"}, QUERY, "secret"),
        (signed(BODY, token="another"), QUERY, "secret"),
        (signed(BODY), "id=another", "secret"),
        (signed(BODY + b"&More=1"), QUERY, "secret"),
        (signed(BODY, token=""), QUERY, ""),
    ],
    ids=["none", "empty", "odd", "other-token", "other-id", "other-body", "no-token-set"],
)
def test_only_what_twilio_signed_is_a_receipt(headers, query, token):
    with pytest.raises(ForgedReceipt):
        twilio_at("", auth_token=token).read_receipts(BODY, headers, query)


def test_says_everything_that_a_webhook_lacks():
    with pytest.raises(MalformedReceipt) as refusal:
        twilio_at("").read_receipts(b"AccountSid=AC1", {})

    assert list(refusal.value.problems) == ["MessageSid missing", "MessageStatus missing"]
