"""The headers by which a service knows that a call is ours and whole.

Source: Standard Webhooks 1.0.0, signature scheme and webhook headers.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime

from services.models import SIGNING_SECRET_PREFIX


def signature_headers(
    call_id: str, body: bytes, *, secrets: Iterable[str], now: datetime
) -> dict[str, str]:
    """Return the headers of one attempt.

    Args:
        call_id: stays the same over all attempts.
        body: as it is sent.
        secrets: each makes a signature of its own.
        now: when the attempt is made.
    """
    timestamp = str(int(now.timestamp()))
    signed = b".".join([call_id.encode(), timestamp.encode(), body])
    return {
        "webhook-id": call_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(_signature(secret, signed) for secret in secrets),
    }


def _signature(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(SIGNING_SECRET_PREFIX))
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
