"""The adapter, over sockets and with webhooks as the services document them."""

import base64
import hashlib
import hmac
import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from notifications.providers.anymail import Anymail
from notifications.providers.base import (
    ComplaintNotice,
    ForgedReceipt,
    MalformedReceipt,
    OutcomeUnknown,
    Receipt,
    RecipientRefused,
    RequestRefused,
    Throttled,
    Unavailable,
)
from notifications.statuses import Status
from notifications.tests.providers.amazon import amazon_at_loopback
from notifications.tests.providers.messages import EMAIL, email

LOGIN = {"receipt_username": "esp", "receipt_password": "s3cret"}
BASIC = {"Authorization": "Basic " + base64.b64encode(b"esp:s3cret").decode()}
POSTMARK_ID = "b7bc2f4a-e38e-4336-af7d-e6c392c2f817"


def answer(**fields):
    return {"ErrorCode": 0, "Message": "OK", "MessageID": POSTMARK_ID, "To": EMAIL.to, **fields}


@pytest.fixture
def postmark(httpserver, settings):
    settings.ANYMAIL = {**settings.ANYMAIL, "POSTMARK_API_URL": httpserver.url_for("/")}
    return Anymail({"esp": "postmark"})


def at_port(settings, port):
    settings.ANYMAIL = {**settings.ANYMAIL, "POSTMARK_API_URL": f"http://127.0.0.1:{port}/"}
    return Anymail({"esp": "postmark"})


class TestSending:
    def test_posts_the_email_as_the_service_documents(self, postmark, httpserver):
        httpserver.expect_request("/email").respond_with_json(answer())

        reference = postmark.send(email(unsubscribe_url="https://example.com/u"))

        request = httpserver.log[0][0]
        sent = request.json
        assert reference == POSTMARK_ID
        assert request.headers["X-Postmark-Server-Token"] == "t"
        assert (sent["From"], sent["To"]) == ("The Team <the.team@notify.test>", EMAIL.to)
        assert (sent["Subject"], sent["TextBody"]) == (EMAIL.subject, EMAIL.plain)
        assert sent["HtmlBody"] == EMAIL.html
        assert sent["Metadata"] == {"notification_id": EMAIL.id}
        assert (sent["TrackOpens"], sent["TrackLinks"]) == (False, "None")
        assert {header["Name"] for header in sent["Headers"]} >= {
            "Message-ID",
            "List-Unsubscribe",
            "List-Unsubscribe-Post",
        }

    def test_keeps_its_connection(self, settings):
        body = json.dumps(answer()).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode()

        def serve_one_connection(listener):
            connection, _ = listener.accept()
            with connection:
                for _ in range(3):
                    received = b""
                    while not received.endswith(b"}"):
                        received += connection.recv(65536)
                    connection.sendall(head + body)

        with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as pool:
            served = pool.submit(serve_one_connection, listener)
            postmark = at_port(settings, listener.getsockname()[1])
            assert [postmark.send(EMAIL) for _ in range(3)] == [POSTMARK_ID] * 3
            served.result(5)

    @pytest.mark.parametrize(
        ("status", "error"),
        [
            (401, Unavailable),
            (400, RequestRefused),
            (413, RequestRefused),
            (429, Throttled),
            (500, Unavailable),
            (503, Unavailable),
        ],
    )
    def test_names_each_refusal(self, postmark, httpserver, status, error):
        httpserver.expect_request("/email").respond_with_json(
            {"ErrorCode": 1, "Message": f"no {EMAIL.to}"}, status=status
        )

        with pytest.raises(error, match=str(status)) as raised:
            postmark.send(EMAIL)

        assert type(raised.value) is error
        assert EMAIL.to not in str(raised.value)

    def test_a_recipient_that_the_service_will_not_write_to_is_refused(self, postmark, httpserver):
        httpserver.expect_request("/email").respond_with_json(
            {
                "ErrorCode": 406,
                "Message": "You tried to send to recipient(s) that have been marked as inactive. "
                f"Found inactive addresses: {EMAIL.to}. Inactive recipients are ones that have "
                "generated a hard bounce, a spam complaint, or a manual suppression.",
            },
            status=422,
        )

        with pytest.raises(RecipientRefused) as raised:
            postmark.send(EMAIL)

        assert EMAIL.to not in str(raised.value)
        assert raised.value.answer.startswith("422 {")

    def test_a_refusal_that_names_nobody_is_no_success(self, postmark, httpserver):
        httpserver.expect_request("/email").respond_with_json(
            {"ErrorCode": 406, "Message": "in other words"}, status=422
        )

        with pytest.raises(OutcomeUnknown):
            postmark.send(EMAIL)

    def test_a_success_that_nobody_can_read_means_nobody_knows(self, postmark, httpserver):
        httpserver.expect_request("/email").respond_with_data("<p>ok</p>")

        with pytest.raises(OutcomeUnknown):
            postmark.send(EMAIL)

    def test_a_closed_port_means_surely_not_sent(self, settings):
        with pytest.raises(Unavailable):
            at_port(settings, 1).send(EMAIL)

    def test_no_answer_in_time_means_nobody_knows(self, settings):
        settings.PROVIDER_TIMEOUT_SECONDS = 0.2
        started = time.monotonic()

        with socket.create_server(("127.0.0.1", 0)) as listener, pytest.raises(OutcomeUnknown):
            at_port(settings, listener.getsockname()[1]).send(EMAIL)

        assert time.monotonic() - started < 2

    def test_after_a_failure_the_next_email_goes_out(self, postmark, httpserver):
        httpserver.expect_ordered_request("/email").respond_with_data("", status=500)
        httpserver.expect_ordered_request("/email").respond_with_json(answer())
        with pytest.raises(Unavailable):
            postmark.send(EMAIL)

        assert postmark.send(EMAIL) == POSTMARK_ID

    @pytest.mark.parametrize("esp", ["", "pigeon", "mailgun"])
    def test_without_a_service_or_its_settings_nothing_is_lost(self, esp):
        with pytest.raises(Unavailable):
            Anymail({"esp": esp}).send(EMAIL)

    def test_an_address_that_is_none_is_refused(self, postmark):
        with pytest.raises(RequestRefused):
            postmark.send(email(to="jo@a,b@c"))


def event_of_postmark(**fields):
    return json.dumps(
        {
            "MessageID": POSTMARK_ID,
            "Recipient": EMAIL.to,
            "Metadata": {"notification_id": EMAIL.id},
            **fields,
        }
    ).encode()


BOUNCE = {"RecordType": "Bounce", "ID": 42, "Email": EMAIL.to, "BouncedAt": "2026-06-10T12:00:00Z"}


class TestWebhooksOfPostmark:
    @pytest.fixture
    def read(self):
        provider = Anymail({"esp": "postmark", **LOGIN})
        return lambda **fields: provider.read_receipts(event_of_postmark(**fields), BASIC)

    @pytest.mark.parametrize(
        ("fields", "status"),
        [
            ({"RecordType": "Delivery", "DeliveredAt": "2026-06-10T12:00:00Z"}, Status.DELIVERED),
            ({**BOUNCE, "Type": "HardBounce"}, Status.PERMANENT_FAILURE),
            ({**BOUNCE, "Type": "SoftBounce"}, Status.TEMPORARY_FAILURE),
            ({**BOUNCE, "Type": "BadEmailAddress"}, Status.PERMANENT_FAILURE),
            ({**BOUNCE, "Type": "SMTPApiError"}, Status.TECHNICAL_FAILURE),
        ],
        ids=["delivered", "hard", "soft", "bad-address", "failed"],
    )
    def test_outcomes_become_receipts(self, read, fields, status):
        [found] = read(**fields)

        assert isinstance(found, Receipt)
        assert (found.notification_id, found.reference) == (EMAIL.id, POSTMARK_ID)
        assert found.status == status
        assert EMAIL.to not in found.detail

    @pytest.mark.parametrize(
        "fields",
        [
            {**BOUNCE, "Type": "Transient"},
            {**BOUNCE, "Type": "AutoResponder"},
            {"RecordType": "Open"},
            {"RecordType": "Other"},
        ],
        ids=["deferred", "auto-reply", "opened", "unknown"],
    )
    def test_what_is_no_outcome_is_no_receipt(self, read, fields):
        assert read(**fields) == []

    def test_a_complaint_is_passed_on(self, read):
        [found] = read(**{**BOUNCE, "RecordType": "SpamComplaint", "Type": "SpamComplaint"})

        assert isinstance(found, ComplaintNotice)
        assert (found.notification_id, found.reference) == (EMAIL.id, POSTMARK_ID)
        assert found.feedback_id == "42"
        assert found.complained_at.year == 2026

    @pytest.mark.parametrize(
        ("options", "headers"),
        [
            (LOGIN, {}),
            (LOGIN, {"Authorization": "Basic " + base64.b64encode(b"esp:wrong").decode()}),
            ({}, BASIC),
            ({"receipt_username": "esp"}, BASIC),
        ],
        ids=["none", "wrong", "no-login-set", "half-a-login-set"],
    )
    def test_only_who_logs_in_is_believed(self, options, headers):
        provider = Anymail({"esp": "postmark", **options})

        with pytest.raises(ForgedReceipt):
            provider.read_receipts(event_of_postmark(RecordType="Delivery"), headers)

    @pytest.mark.parametrize("body", [b"", b"[]", b"null", b"9", b"{", b"\xff\x00"])
    def test_what_cannot_be_read_is_refused(self, body):
        with pytest.raises(MalformedReceipt):
            Anymail({"esp": "postmark", **LOGIN}).read_receipts(body, BASIC)


class TestWebhooksOfMailgun:
    """Signed, without a login."""

    KEY = "signing-key"

    @pytest.fixture(autouse=True)
    def _key(self, settings):
        settings.ANYMAIL = {**settings.ANYMAIL, "MAILGUN_WEBHOOK_SIGNING_KEY": self.KEY}

    def body(self, *, key=KEY, **event):
        timestamp, token = "1781092800", "a" * 50
        signature = hmac.new(key.encode(), (timestamp + token).encode(), hashlib.sha256)
        data = {
            "event": "failed",
            "timestamp": 1781092800.1,
            "id": "e1",
            "recipient": EMAIL.to,
            "message": {"headers": {"message-id": "1@mailgun.test"}},
            "user-variables": {"notification_id": EMAIL.id},
            "tags": [],
            **event,
        }
        signed = {"timestamp": timestamp, "token": token, "signature": signature.hexdigest()}
        return json.dumps({"signature": signed, "event-data": data}).encode()

    def read(self, **event):
        headers = {"Content-Type": "application/json"}
        return Anymail({"esp": "mailgun"}).read_receipts(self.body(**event), headers)

    @pytest.mark.parametrize(
        ("event", "statuses"),
        [
            ({"event": "delivered"}, [Status.DELIVERED]),
            ({"severity": "permanent", "reason": "bounce"}, [Status.PERMANENT_FAILURE]),
            ({"severity": "temporary", "reason": "generic"}, []),
        ],
        ids=["delivered", "hard", "tries-again"],
    )
    def test_what_is_signed_is_read(self, event, statuses):
        found = self.read(**event)

        assert [each.status for each in found] == statuses
        assert all(each.notification_id == EMAIL.id for each in found)

    def test_what_is_signed_by_others_is_not(self):
        with pytest.raises(ForgedReceipt):
            self.read(key="another", event="delivered")


class TestAmazonSes:
    """Events come in envelopes of SNS; its client is boto3, which an installation may lack."""

    @pytest.fixture
    def ses(self, settings):
        pytest.importorskip("boto3")
        params = settings.ANYMAIL["AMAZON_SES_CLIENT_PARAMS"]
        aws = {
            "region_name": "eu-west-2",
            "aws_access_key_id": "key",
            "aws_secret_access_key": "secret",
            "endpoint_url": "http://127.0.0.1:1",
        }
        settings.ANYMAIL = {**settings.ANYMAIL, "AMAZON_SES_CLIENT_PARAMS": {**params, **aws}}
        return Anymail({"esp": "amazon_ses", **LOGIN})

    def at(self, settings, url):
        params = settings.ANYMAIL["AMAZON_SES_CLIENT_PARAMS"]
        settings.ANYMAIL = {
            **settings.ANYMAIL,
            "AMAZON_SES_CLIENT_PARAMS": {**params, "endpoint_url": url},
        }

    @pytest.fixture
    def amazon(self, settings, tmp_path, monkeypatch):
        with amazon_at_loopback(tmp_path, settings, monkeypatch) as amazon:
            yield amazon

    def read(self, ses, amazon, **event):
        mail = {
            "messageId": "ses-1",
            "destination": [EMAIL.to],
            "headers": [{"name": "X-Metadata", "value": json.dumps({"notification_id": EMAIL.id})}],
        }
        envelope = {
            "Type": "Notification",
            "MessageId": "sns-1",
            "Timestamp": "2026-06-10T12:00:00.000Z",
            "TopicArn": "arn:aws:sns:eu-west-2:1:emails",
            "Message": json.dumps({"mail": mail, **event}),
        }
        envelope = amazon.sign(envelope)
        headers = {
            **BASIC,
            "X-Amz-Sns-Message-Type": "Notification",
            "X-Amz-Sns-Message-Id": "sns-1",
            "Content-Type": "text/plain; charset=UTF-8",
        }
        return ses.read_receipts(json.dumps(envelope).encode(), headers)

    @pytest.mark.parametrize(
        ("kind", "subtype", "code", "status"),
        [
            ("Permanent", "General", "smtp; 550 5.1.1 user unknown", Status.PERMANENT_FAILURE),
            ("Permanent", "General", "smtp; 450 4.1.1 odd", Status.PERMANENT_FAILURE),
            ("Transient", "MailboxFull", "smtp; 552 5.2.2 full", Status.TEMPORARY_FAILURE),
            ("Undetermined", "Undetermined", None, Status.TEMPORARY_FAILURE),
        ],
        ids=["hard", "hard-with-a-soft-code", "soft-with-a-hard-code", "undetermined"],
    )
    def test_bounces_are_for_good_or_for_now(self, ses, amazon, kind, subtype, code, status):
        recipient = {"emailAddress": EMAIL.to, "diagnosticCode": code}
        bounce = {"bounceType": kind, "bounceSubType": subtype, "bouncedRecipients": [recipient]}

        [found] = self.read(ses, amazon, eventType="Bounce", bounce=bounce)

        assert (found.notification_id, found.reference) == (EMAIL.id, "ses-1")
        assert found.status == status

    def test_deliveries_and_complaints_are_read(self, ses, amazon):
        [delivered] = self.read(
            ses, amazon, eventType="Delivery", delivery={"recipients": [EMAIL.to]}
        )
        [complaint] = self.read(
            ses,
            amazon,
            eventType="Complaint",
            complaint={
                "complainedRecipients": [{"emailAddress": EMAIL.to}],
                "complaintFeedbackType": "abuse",
            },
        )

        assert delivered.status == Status.DELIVERED
        assert (complaint.reference, complaint.complaint_type) == ("ses-1", "abuse")

    def test_who_only_logs_in_is_not_amazon(self, ses, amazon):
        amazon.sign = lambda envelope: {**envelope, "SignatureVersion": "2", "Signature": "AAAA"}

        with pytest.raises(ForgedReceipt):
            self.read(ses, amazon, eventType="Delivery", delivery={"recipients": [EMAIL.to]})

    def test_sends_and_names_what_it_is_told(self, ses, settings, httpserver):
        self.at(settings, httpserver.url_for(""))
        path = "/v2/email/outbound-emails"
        httpserver.expect_ordered_request(path).respond_with_json({"MessageId": "ses-1"})
        for status, code in (
            (429, "TooManyRequestsException"),
            (400, "SendingPausedException"),
            (400, "MessageRejected"),
            (503, "ServiceUnavailable"),
        ):
            httpserver.expect_ordered_request(path).respond_with_json(
                {"message": "no"}, status=status, headers={"x-amzn-ErrorType": code}
            )

        assert ses.send(EMAIL) == "ses-1"
        for error in (Throttled, Unavailable, RequestRefused, Unavailable):
            with pytest.raises(error) as raised:
                ses.send(EMAIL)
            assert type(raised.value) is error

    def test_a_closed_port_means_surely_not_sent(self, ses):
        with pytest.raises(Unavailable):
            ses.send(EMAIL)
