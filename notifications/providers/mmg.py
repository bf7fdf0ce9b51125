"""MMG, text messages over HTTP."""

from collections.abc import Mapping
from typing import Any, ClassVar

import orjson

from notifications.providers.base import (
    MalformedReceipt,
    OutcomeUnknown,
    Provider,
    Receipt,
    RequestRefused,
    SmsMessage,
    Throttled,
    Unavailable,
    UnknownReceiptStatus,
)
from notifications.statuses import Status
from notify_project import http
from notify_project.constants import NotificationType

# Answers that the operator can put right by mending the account, the key or the URL. Refusing
# the message for good would lose everything that is sent until then.
_REPAIRABLE = frozenset({401, 402, 403, 404, 405, 407, 408, 425})
# Source: MMG's documentation of delivery receipts.
_STATUSES = {
    "2": Status.PERMANENT_FAILURE,
    "3": Status.DELIVERED,
    "4": Status.TEMPORARY_FAILURE,
    "5": Status.PERMANENT_FAILURE,
}
# Source: the API contract, callbacks the server receives from providers.
_FAILED = "MMG callback failed: "


class Mmg(Provider[SmsMessage]):
    """MMG's JSON interface, version 2a."""

    name: ClassVar[str] = "mmg"
    notification_type: ClassVar[NotificationType | None] = NotificationType.SMS
    required_options: ClassVar[tuple[str, ...]] = ("url", "api_key")

    def send(self, message: SmsMessage) -> None:
        """POST the message under the notification's id, which comes back in its receipt."""
        try:
            response = http.post(
                self.options["url"],
                trusted=True,
                data=orjson.dumps(_request(message)),
                headers={
                    "Content-Type": "application/json",
                    "Authorization": f"Basic {self.options['api_key']}",
                },
            )
        except http.RequestException as error:
            kind = OutcomeUnknown if http.may_have_arrived(error) else Unavailable
            raise kind(type(error).__name__) from error
        _require_accepted(response)

    def read_receipts(self, body: bytes, headers: Mapping[str, str]) -> list[Receipt]:
        """Read the one receipt that a webhook call of MMG carries."""
        del headers
        fields = _fields(body)
        missing = [name for name in ("status", "CID") if not str(fields.get(name) or "").strip()]
        if missing:
            raise MalformedReceipt(*(f"{_FAILED}{name} missing" for name in missing))
        code = str(fields["status"]).strip()
        if code not in _STATUSES:
            raise UnknownReceiptStatus(_short(code))
        substatus = fields.get("substatus")
        detail = code if substatus is None else f"{code}/{_short(str(substatus))}"
        return [Receipt(str(fields["CID"]).strip(), None, _STATUSES[code], detail)]


def _request(message: SmsMessage) -> dict[str, str | bool]:
    return {
        "reqType": "BULK",
        "MSISDN": message.to,
        "msg": message.body,
        "sender": message.sender,
        "cid": message.id,
        "multi": True,
    }


def _require_accepted(response: http.Response) -> None:
    code = response.status_code
    if code == 429:
        raise Throttled("429")
    if 400 <= code < 500 and code not in _REPAIRABLE:
        raise RequestRefused(str(code))
    if not 200 <= code < 300:
        raise Unavailable(str(code))
    try:
        orjson.loads(response.content)
    except orjson.JSONDecodeError as error:
        raise Unavailable(f"{code} without JSON") from error


def _fields(body: bytes) -> dict[str, Any]:
    try:
        fields = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise MalformedReceipt(f"{_FAILED}not JSON") from error
    if not isinstance(fields, dict):
        raise MalformedReceipt(f"{_FAILED}not a JSON object")
    return fields


def _short(code: str) -> str:
    """Return a code that is fit for a log, whatever the caller put there."""
    return "".join(c for c in code if c.isascii() and c.isalnum())[:8]
