"""Firetext, text messages over HTTP."""

from collections.abc import Mapping
from typing import ClassVar
from urllib.parse import parse_qsl

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

# Source: the API contract, callbacks the server receives from providers.
_FAILED = "Firetext callback failed: "
_DELIVERED, _DECLINED, _BUFFERED = "0", "1", "2"
# Why a text was declined. Source: the delivery rules, mapping of statuses.
_REASONS = dict.fromkeys(("101", "201", "301", "401"), Status.PERMANENT_FAILURE) | dict.fromkeys(
    ("000", "102", "103", "104", "302", "900"), Status.TEMPORARY_FAILURE
)


class Firetext(Provider[SmsMessage]):
    """Firetext's form interface with answers in JSON."""

    name: ClassVar[str] = "firetext"
    notification_type: ClassVar[NotificationType | None] = NotificationType.SMS
    required_options: ClassVar[tuple[str, ...]] = ("url", "api_key")

    def send(self, message: SmsMessage) -> None:
        """POST the message under the notification's id, which comes back in its receipt."""
        form = {
            "apiKey": self.options["api_key"],
            "from": message.sender,
            "to": message.to,
            "message": message.body,
            "reference": message.id,
        }
        response = hand_over(self.options["url"], data=form)
        with quoting(response):
            _require_accepted(response)

    def read_receipts(
        self, body: bytes, headers: Mapping[str, str], query: str = ""
    ) -> list[Receipt]:
        """Read the one receipt that a webhook call of Firetext carries."""
        del headers, query
        fields = {name: value.strip() for name, value in parse_qsl(body.decode("utf-8", "replace"))}
        missing = [name for name in ("status", "reference") if not fields.get(name)]
        if missing:
            raise MalformedReceipt(*(f"{_FAILED}{name} missing" for name in missing))
        return [_receipt(fields["reference"], fields["status"], fields.get("code", ""))]


def _receipt(reference: str, status: str, code: str) -> Receipt:
    detail = f"{short(status)}/{short(code)}" if code else short(status)
    if status == _DELIVERED:
        return Receipt(reference, None, Status.DELIVERED, detail)
    if status == _BUFFERED:
        return Receipt(reference, None, Status.PENDING, detail)
    if status != _DECLINED:
        raise UnknownReceiptStatus(short(status), reference)
    reason = _REASONS.get(code)
    if reason is None:
        # A text that was buffered before had a recipient who might have received it.
        return Receipt(
            reference,
            None,
            Status.PERMANENT_FAILURE,
            detail,
            status_if_pending=Status.TEMPORARY_FAILURE,
        )
    return Receipt(reference, None, reason, detail)


def _require_accepted(response: http.Response) -> None:
    require_success(response.status_code)
    try:
        answer = orjson.loads(response.content)
    except orjson.JSONDecodeError as error:
        raise Unavailable(f"{response.status_code} without JSON") from error
    code = answer.get("code") if isinstance(answer, dict) else None
    if code not in {0, "0"} or isinstance(code, bool):
        raise Unavailable(f"code {short(code)}")
