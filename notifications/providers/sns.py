"""What Amazon SNS posts, and whether it really did.

Source: Amazon SNS Developer Guide, "Verifying the signatures of Amazon SNS messages".
"""

import base64
import re
from collections.abc import Mapping
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509 import load_pem_x509_certificate

from notifications.providers.base import UnverifiedReceipt
from notify_project import http

# Certificates come from Amazon alone, whatever a message says.
CERTIFICATE_URL = re.compile(
    r"https://sns\.[a-z0-9-]{3,40}\.amazonaws\.com(\.cn)?/[A-Za-z0-9_-]{1,200}\.pem"
)
LONGEST_CERTIFICATE_BYTES = 20_000
_DIGESTS: Mapping[object, type[hashes.HashAlgorithm]] = {"1": hashes.SHA1, "2": hashes.SHA256}
_NOTIFICATION = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_OTHER = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")


class NotSigned(Exception):
    """A message without a signature of Amazon that fits it."""


def require_signature(message: Mapping[str, object]) -> None:
    """Check that Amazon SNS signed a message.

    Args:
        message: the JSON object that was posted.

    Raises:
        NotSigned: it did not.
        UnverifiedReceipt: that cannot be told now.
    """
    digest = _DIGESTS.get(message.get("SignatureVersion"))
    if digest is None:
        raise NotSigned("the version of the signature is unknown")
    key = _key_at(str(message.get("SigningCertURL")))
    try:
        signature = base64.b64decode(str(message.get("Signature")), validate=True)
        key.verify(signature, _signed_text(message), PKCS1v15(), digest())
    except (ValueError, InvalidSignature) as error:
        raise NotSigned("the signature does not fit the message") from error


def _signed_text(message: Mapping[str, object]) -> bytes:
    names = _NOTIFICATION if message.get("Type") == "Notification" else _OTHER
    pairs = [(name, message[name]) for name in names if message.get(name) is not None]
    return "".join(f"{name}\n{value}\n" for name, value in pairs).encode()


@lru_cache(maxsize=16)
def _key_at(url: str) -> RSAPublicKey:
    """Return the key of a certificate; Amazon gives a new one a new address."""
    if not CERTIFICATE_URL.fullmatch(url):
        raise NotSigned("the certificate is not at Amazon's")
    try:
        response = http.get(url)
    except http.RequestException as error:
        raise UnverifiedReceipt(type(error).__name__) from error
    if response.status_code != 200:
        raise UnverifiedReceipt(f"status {response.status_code}")
    try:
        key = load_pem_x509_certificate(response.content[:LONGEST_CERTIFICATE_BYTES]).public_key()
    except ValueError as error:
        raise UnverifiedReceipt("what is there is no certificate") from error
    if not isinstance(key, RSAPublicKey):
        raise UnverifiedReceipt("the certificate holds no RSA key")
    return key
