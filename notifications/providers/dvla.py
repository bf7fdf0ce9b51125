"""DVLA, letters over HTTP: each is a job by itself, known to the printer by our id."""

import base64
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import jwt
import orjson

from notifications.providers.base import (
    LetterJob,
    MalformedReceipt,
    OutcomeUnknown,
    Printer,
    Receipt,
    Unavailable,
)
from notifications.providers.over_http import hand_over, require_success
from notify_project import clock, http
from notify_project.recipients.postal import PostalAddress

# Source: the printer's API: the paths, and the longest that it takes of each field.
_AUTHENTICATE = "/thirdparty-access/v1/authenticate"
_JOBS = "/print-request/v1/print/jobs"
_LONGEST_NAME, _LONGEST_LINE, _LONGEST_POSTCODE, _LONGEST_COUNTRY = 255, 45, 10, 256
_LINES, _LINES_BFPO = 5, 4
# Second class has no word of its own.
_DESPATCH_METHODS = {
    "first": "FIRST",
    "economy": "ECONOMY",
    "europe": "INTERNATIONAL_EU",
    "rest-of-world": "INTERNATIONAL_ROW",
}
_CALLBACK_RETRY_SECONDS = 10_800
_ALREADY_THERE = 409
_WRONG_CREDENTIALS = frozenset({401, 403})
_REFRESH_BEFORE = timedelta(seconds=60)
# Ten pages with pictures are some megabytes.
_TIMEOUT_SECONDS = 30


class Dvla(Printer[LetterJob]):
    """The print API of DVLA."""

    name: ClassVar[str] = "dvla"
    required_options: ClassVar[tuple[str, ...]] = ("url", "username", "password", "api_key")
    takes_files: ClassVar[bool] = False

    def __init__(self, options: Mapping[str, str]) -> None:
        super().__init__(options)
        self._lock = threading.Lock()
        self._token = ""
        self._refresh_at = datetime.min.replace(tzinfo=UTC)

    def send(self, message: LetterJob) -> None:
        """Hand a letter over; one that the printer has already is as good as taken."""
        token = self._current_token()
        response = self._post(_JOBS, _job(message), {"Authorization": token})
        if response.status_code == _ALREADY_THERE:
            return
        if response.status_code in _WRONG_CREDENTIALS:
            self._forget(token)
        require_success(response.status_code)

    def read_receipts(
        self, body: bytes, headers: Mapping[str, str], query: str = ""
    ) -> list[Receipt]:
        """Refuse: a printer calls the address that came with the letter."""
        del body, headers, query
        raise MalformedReceipt("letters have an address of their own for what a printer says")

    @classmethod
    def posts_receipts(cls) -> bool:
        """Say no: nothing comes to the addresses of other providers."""
        return False

    def _current_token(self) -> str:
        with self._lock:
            if clock.now() >= self._refresh_at:
                self._token, ends_at = self._authenticate()
                self._refresh_at = ends_at - _REFRESH_BEFORE
            return self._token

    def _forget(self, token: str) -> None:
        """Drop a token that was refused, unless there is another by now."""
        with self._lock:
            if self._token == token:
                self._refresh_at = datetime.min.replace(tzinfo=UTC)

    def _authenticate(self) -> tuple[str, datetime]:
        credentials = {"userName": self.options["username"], "password": self.options["password"]}
        try:
            response = self._post(_AUTHENTICATE, credentials, {})
        except OutcomeUnknown as error:
            raise Unavailable(f"authentication: {error}") from error
        if response.status_code != 200:
            raise Unavailable(f"authentication: {response.status_code}")
        try:
            token = str(orjson.loads(response.content)["id-token"])
            claims = jwt.decode(token, options={"verify_signature": False})
            return token, datetime.fromtimestamp(float(claims["exp"]), tz=UTC)
        except (ValueError, TypeError, LookupError, OverflowError, OSError, jwt.PyJWTError):
            raise Unavailable("authentication: no token in the answer") from None

    def _post(self, path: str, body: dict[str, Any], headers: dict[str, str]) -> http.Response:
        return hand_over(
            self.options["url"].rstrip("/") + path,
            data=orjson.dumps(body),
            headers={
                "Accept": "application/json",
                "Content-Type": "application/json",
                "X-API-Key": self.options["api_key"],
                **headers,
            },
            timeout=_TIMEOUT_SECONDS,
        )


def _job(letter: LetterJob) -> dict[str, Any]:
    standard = {
        "jobType": "NOTIFY",
        "templateReference": "NOTIFY",
        "businessIdentifier": letter.reference,
        "recipientName": letter.address.lines[0][:_LONGEST_NAME] if letter.address.lines else "",
        "address": _address(letter.address),
    }
    if letter.postage in _DESPATCH_METHODS:
        standard["despatchMethod"] = _DESPATCH_METHODS[letter.postage]
    custom = {
        "pdfContent": base64.b64encode(letter.pdf).decode(),
        "organisationIdentifier": letter.organisation_id,
        "serviceIdentifier": letter.service_id,
    }
    return {
        "id": letter.id,
        "standardParams": standard,
        "customParams": [{"key": key, "value": value} for key, value in custom.items()],
        "callbackParams": {
            "target": letter.callback_url,
            "retryParams": {"enabled": True, "maxRetryWindow": _CALLBACK_RETRY_SECONDS},
        },
    }


def _address(address: PostalAddress) -> dict[str, dict[str, str]]:
    """Write the lines below the recipient's name as the printer has them."""
    endings = (address.postcode, f"BFPO {address.bfpo}" if address.bfpo else None, address.country)
    below = address.lines[1 : len(address.lines) - sum(each is not None for each in endings)]
    allowed = _LINES_BFPO if address.bfpo else _LINES
    fields = {
        f"line{number}": line[:_LONGEST_LINE]
        for number, line in enumerate(below[:allowed], start=1)
    }
    if address.postcode:
        fields["postcode"] = address.postcode[:_LONGEST_POSTCODE]
    if address.bfpo:
        return {"bfpoAddress": {**fields, "bfpoNumber": address.bfpo}}
    if address.country:
        return {"internationalAddress": {**fields, "country": address.country[:_LONGEST_COUNTRY]}}
    return {"unstructuredAddress": fields}
