"""MMG, text messages over HTTP."""

from collections.abc import Mapping
from typing import Any, ClassVar

import orjson

from notifications.providers.base import (
    MalformedReceipt,
    Provider,
    Receipt,
    SmsMessage,
    Unavailable,
    UnknownReceiptStatus,
)
from notifications.providers.over_http import hand_over, quoting, require_success, short
from notifications.statuses import Status
from notify_project import http
from notify_project.constants import NotificationType

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
        response = hand_over(
            self.options["url"],
            data=orjson.dumps(_request(message)),
            headers={
                "Content-Type": "application/json",
                "Authorization": f"Basic {self.options['api_key']}",
            },
        )
        with quoting(response):
            _require_accepted(response)

    def read_receipts(
        self, body: bytes, headers: Mapping[str, str], query: str = ""
    ) -> list[Receipt]:
        """Read the one receipt that a webhook call of MMG carries."""
        del headers, query
        fields = _fields(body)
        missing = [name for name in ("status", "CID") if not str(fields.get(name) or "").strip()]
        if missing:
            raise MalformedReceipt(*(f"{_FAILED}{name} missing" for name in missing))
        code = str(fields["status"]).strip()
        if code not in _STATUSES:
            raise UnknownReceiptStatus(short(code), str(fields["CID"]).strip())
        substatus = fields.get("substatus")
        detail = code if substatus is None else f"{code}/{short(substatus)}"
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
    require_success(response.status_code)
    try:
        orjson.loads(response.content)
    except orjson.JSONDecodeError as error:
        raise Unavailable(f"{response.status_code} without JSON") from error


def _fields(body: bytes) -> dict[str, Any]:
    try:
        fields = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise MalformedReceipt(f"{_FAILED}not JSON") from error
    if not isinstance(fields, dict):
        raise MalformedReceipt(f"{_FAILED}not a JSON object")
    return fields
