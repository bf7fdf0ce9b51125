"""Who signed what Amazon SNS seems to post."""

import pytest

from notifications.providers import sns
from notifications.providers.base import UnverifiedReceipt
from notifications.tests.providers.amazon import amazon_at_loopback

NOTIFICATION = {
    "Type": "Notification",
    "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
    "TopicArn": "arn:aws:sns:eu-west-2:123456789012:emails",
    "Message": "Hello from SNS!",
    "Timestamp": "2026-05-02T00:54:06.655Z",
}
SUBSCRIPTION = {
    **NOTIFICATION,
    "Type": "SubscriptionConfirmation",
    "Token": "2336412f37f",
    "SubscribeURL": "https://sns.eu-west-2.amazonaws.com/?Action=ConfirmSubscription",
}


@pytest.fixture
def amazon(settings, tmp_path, monkeypatch):
    with amazon_at_loopback(tmp_path, settings, monkeypatch) as amazon:
        yield amazon


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize(
    "message",
    [NOTIFICATION, {**NOTIFICATION, "Subject": "Hello"}, SUBSCRIPTION],
    ids=["notification", "with-a-subject", "subscription"],
)
def test_what_amazon_signed_is_believed(amazon, message, version):
    sns.require_signature(amazon.sign(message, version))


def test_the_certificate_is_fetched_once(amazon):
    for number in range(3):
        sns.require_signature(amazon.sign({**NOTIFICATION, "Message": str(number)}))

    assert len(amazon.server.log) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"Message": "Hello from you!"},
        {"TopicArn": "arn:aws:sns:eu-west-2:999999999999:emails"},
        {"Type": "SubscriptionConfirmation"},
        {"Subject": "added"},
        {"Signature": "AAAA"},
        {"Signature": "not base64"},
        {"Signature": None},
        {"SignatureVersion": "3"},
        {"SignatureVersion": "1"},
        {"SignatureVersion": None},
    ],
    ids=[
        *("message", "topic", "type", "subject", "signature"),
        *("not-base64", "none", "version-3", "other-digest", "no-version"),
    ],
)
def test_what_is_changed_is_refused(amazon, change):
    with pytest.raises(sns.NotSigned):
        sns.require_signature({**amazon.sign(NOTIFICATION), **change})


@pytest.mark.parametrize(
    "url",
    [
        "http://sns.eu-west-2.amazonaws.com/a.pem",
        "https://sns.eu-west-2.amazonaws.com.evil.example/a.pem",
        "https://evil.example/sns.eu-west-2.amazonaws.com/a.pem",
        "https://sns.eu-west-2.amazonaws.com@evil.example/a.pem",
        "https://s3.eu-west-2.amazonaws.com/a.pem",
        "https://sns.eu-west-2.amazonaws.com/../a.pem",
        "https://sns.eu-west-2.amazonaws.com/a.txt",
        "https://sns.eu-west-2.amazonaws.com/a.pem\n",
        "",
    ],
)
def test_no_other_address_is_asked_for_a_certificate(url):
    with pytest.raises(sns.NotSigned):
        sns.require_signature({**NOTIFICATION, "SignatureVersion": "2", "SigningCertURL": url})


@pytest.mark.parametrize(
    ("content", "status"),
    [(b"", 200), (b"no certificate", 200), (b"gone", 404), (b"later", 503)],
)
def test_without_a_certificate_nobody_knows_and_it_is_asked_for_again(amazon, content, status):
    signed = amazon.sign(NOTIFICATION)
    amazon.publish(content, status)
    with pytest.raises(UnverifiedReceipt):
        sns.require_signature(signed)

    amazon.publish(amazon.certificate())
    sns.require_signature(signed)


@pytest.mark.parametrize(
    "url",
    [
        "https://sns.eu-west-2.amazonaws.com/SimpleNotificationService-9c6465fa7f48.pem",
        "https://sns.cn-north-1.amazonaws.com.cn/SimpleNotificationService-3250.pem",
    ],
)
def test_amazons_own_addresses_are_known(url):
    assert sns.CERTIFICATE_URL.fullmatch(url)
