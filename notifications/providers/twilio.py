"""Twilio, text messages over its Messages API."""

import base64
import hmac
from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import parse_qs, parse_qsl, urlencode

import orjson

from notifications.providers.base import (
    ForgedReceipt,
    MalformedReceipt,
    Provider,
    Receipt,
    RecipientRefused,
    SmsMessage,
    Throttled,
    Unavailable,
    UnknownReceiptStatus,
)
from notifications.providers.over_http import hand_over, quoting, require_success, short
from notifications.statuses import Status
from notify_project import http
from notify_project.constants import NotificationType

# Source: Twilio's directory of errors. No such number, no mobile, has unsubscribed.
_NO_RECIPIENT = frozenset({21211, 21217, 21610, 21614})
# No permission for the country, no such sender on the account, account suspended: to be mended.
_REPAIRABLE = frozenset({21408, 21606, 21659, 21660, 30002})
_TOO_MANY = frozenset({14107, 20429, 21611, 30001})
# Blocked, unknown, no mobile, filtered; all others may go well another time.
_PERMANENT = frozenset({"21211", "21610", "21614", "30004", "30005", "30006", "30007", "30011"})
_LONGEST_SHORT_CODE = 6
_UNDER_WAY = frozenset({"accepted", "scheduled", "queued", "sending", "sent"})
_FAILED = frozenset({"undelivered", "failed", "canceled"})


class Twilio(Provider[SmsMessage]):
    """Twilio's Messages API of 2010-04-01, with signed status callbacks."""

    name: ClassVar[str] = "twilio"
    notification_type: ClassVar[NotificationType | None] = NotificationType.SMS
    required_options: ClassVar[tuple[str, ...]] = ("url", "account_sid", "auth_token")

    def send(self, message: SmsMessage) -> str:
        """POST the message and return Twilio's id; ours comes back in the callback's address."""
        account = self.options["account_sid"]
        form = {
            "To": f"+{message.to}",
            "From": self.options.get("sender") or _sender(message.sender),
            "Body": message.body,
            "StatusCallback": self._callback_url(urlencode({"id": message.id})),
        }
        response = hand_over(
            f"{self.options['url'].rstrip('/')}/2010-04-01/Accounts/{account}/Messages.json",
            data=form,
            auth=(account, self.options["auth_token"]),
        )
        with quoting(response):
            return _id_of(response)

    def read_receipts(
        self, body: bytes, headers: Mapping[str, str], query: str = ""
    ) -> list[Receipt]:
        """Read a status callback; those that tell of no outcome are no receipts."""
        fields = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
        missing = [name for name in ("MessageSid", "MessageStatus") if not fields.get(name)]
        if missing:
            raise MalformedReceipt(*(f"{name} missing" for name in missing))
        self._require_signature(fields, headers, query)
        status, code = fields["MessageStatus"], fields.get("ErrorCode", "")
        if status in _UNDER_WAY:
            return []
        ours = parse_qs(query).get("id", [None])[0]
        detail = f"{short(status)}/{short(code)}" if code else short(status)
        return [Receipt(ours, fields["MessageSid"], _outcome(status, code, ours), detail)]

    def _callback_url(self, query: str) -> str:
        url = self.options.get("receipt_url", "")
        return f"{url}?{query}" if query else url

    def _require_signature(
        self, fields: Mapping[str, str], headers: Mapping[str, str], query: str
    ) -> None:
        # Source: Twilio's documentation, security, validating requests.
        signed = self._callback_url(query) + "".join(f"{k}{fields[k]}" for k in sorted(fields))
        digest = hmac.digest(self.options["auth_token"].encode(), signed.encode(), "sha1")
        given = headers.get("X-Twilio-Signature", "").encode()
        if not self.options["auth_token"] or not hmac.compare_digest(
            given, base64.b64encode(digest)
        ):
            raise ForgedReceipt


def _sender(sender: str) -> str:
    """Write a number in international form, as Twilio wants it; names and short codes stay."""
    is_number = sender.isascii() and sender.isdigit() and len(sender) > _LONGEST_SHORT_CODE
    return f"+{sender}" if is_number and not sender.startswith("0") else sender


def _outcome(status: str, code: str, ours: str | None) -> Status:
    if status == "delivered":
        return Status.DELIVERED
    if status not in _FAILED:
        raise UnknownReceiptStatus(short(status), ours or "")
    return Status.PERMANENT_FAILURE if code in _PERMANENT else Status.TEMPORARY_FAILURE


def _id_of(response: http.Response) -> str:
    answer = _answer(response)
    code = answer.get("code")
    if code in _NO_RECIPIENT:
        raise RecipientRefused(str(code))
    if code in _TOO_MANY:
        raise Throttled(str(code))
    if code in _REPAIRABLE:
        raise Unavailable(str(code))
    require_success(response.status_code)
    if not isinstance(answer.get("sid"), str):
        raise Unavailable(f"{response.status_code} without an id")
    return str(answer["sid"])


def _answer(response: http.Response) -> dict[str, Any]:
    try:
        answer = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        return {}
    return answer if isinstance(answer, dict) else {}
