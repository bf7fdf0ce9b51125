"""Amazon SNS as it signs, with its certificate on an HTTPS server at loopback."""

import base64
import re
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from notifications.providers import sns
from notifications.tests.callbacks.certificates import certificate_for_loopback, server_context
from notify_project import http
from notify_project.tests.quick_server import QuickServer

DIGESTS = {"1": hashes.SHA1(), "2": hashes.SHA256()}


@cache
def private_key():
    """Return Amazon's key: one is enough, and to make one takes a while."""
    return rsa.generate_private_key(65537, 2048)


class Amazon:
    """Signs messages as the developer guide says."""

    def __init__(self, server):
        self.key = private_key()
        self.server = server
        self.url = server.url_for("/SimpleNotificationService-0123abc.pem")
        self.publish(self.certificate())

    def certificate(self):
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
        now = datetime(2026, 1, 1, tzinfo=UTC)
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(name)
        builder = builder.public_key(self.key.public_key()).serial_number(7)
        builder = builder.not_valid_before(now).not_valid_after(now + timedelta(days=3650))
        signed = builder.sign(self.key, hashes.SHA256())
        return signed.public_bytes(serialization.Encoding.PEM)

    def publish(self, content, status=200):
        self.server.clear()
        path = "/SimpleNotificationService-0123abc.pem"
        self.server.expect_request(path).respond_with_data(content, status=status)

    def sign(self, message, version="2"):
        """Return the message with its signature."""
        if message["Type"] == "Notification":
            names = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
        else:
            names = (
                *("Message", "MessageId", "SubscribeURL"),
                *("Timestamp", "Token", "TopicArn", "Type"),
            )
        text = "".join(f"{name}\n{message[name]}\n" for name in names if name in message)
        signature = self.key.sign(text.encode(), padding.PKCS1v15(), DIGESTS[version])
        return {
            **message,
            "SignatureVersion": version,
            "Signature": base64.b64encode(signature).decode(),
            "SigningCertURL": self.url,
        }


@contextmanager
def amazon_at_loopback(directory, settings, monkeypatch):
    """Give an Amazon whose certificates the platform fetches from loopback."""
    certificate, key = certificate_for_loopback(directory)
    settings.HTTP_ALLOW_PRIVATE = True
    settings.HTTP_CA_FILE = str(certificate)
    with QuickServer(host="127.0.0.1", ssl_context=server_context(certificate, key)) as server:
        at_loopback = re.compile(re.escape(server.url_for("/")) + r"[A-Za-z0-9-]+\.pem")
        monkeypatch.setattr(sns, "CERTIFICATE_URL", at_loopback)
        # A kept session trusts what was set when it was made.
        monkeypatch.setattr(http, "_sessions", threading.local())
        sns._key_at.cache_clear()
        yield Amazon(server)
        sns._key_at.cache_clear()
