"""Requests that no sane program sends: random paths, methods, headers and bodies."""

import json
import random
import string
import time
import uuid
from dataclasses import dataclass
from urllib.parse import quote

import jwt

from notifications.api import examples
from notify_project.documentation.operations import OPERATIONS
from notify_project.documentation.samples import address_of

# What is asked without a key: pages for people, and what mail programs and providers post to.
OPEN_TO_ALL = [
    "/documents/ID?key=TOKEN",
    "/documents/ID/file?key=TOKEN",
    "/unsubscribe/ID/TOKEN",
    "/unsubscribe/ID/TOKEN/confirm",
    "/notifications/sms/mmg",
    "/service/ID/template-statistics",
    "/admin/login/?next=/admin/TOKEN",
    "/_status?simple=TOKEN",
    "/",
]
RECEIPT = {"CID": "ID", "MSISDN": "447900900123", "status": "3", "substatus": "", "reference": "1"}
FORM = ("Content-Type", "application/x-www-form-urlencoded")
SENDING = [operation for operation in OPERATIONS if operation.is_idempotent]
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "FOO", "get"]
ODD_VALUES = [
    None,
    True,
    -1,
    1e308,
    10**40,
    "",
    " ",
    "\0",
    "a\0b",
    "\ud800",
    "🙂" * 300,
    "x" * 5000,
    "((name))",
    "'; DROP TABLE notifications; --",
    "../../etc/passwd",
    "\u202e\u200b",
    [],
    [[]],
    {},
    {"file": "x"},
    {"": None},
    [None, 1, "a"],
]
ODD_BODIES = [
    b"",
    b"null",
    b"[]",
    b'"text"',
    b"NaN",
    b"-",
    b"{",
    b'{"a":1,"a":2}',
    b'{"phone_number": "07900900123"',
    b'{"reference": "\xff\xfe"}',
    b"\xef\xbb\xbf{}",
    b'{"reference": "\\ud800"}',
    b'{"n": 1' + b"0" * 5000 + b"}",
    b'{"n": 1e999}',
    b"[" * 100_000,
    b'{"a":' * 5000 + b"1" + b"}" * 5000,
    b"reference=a&template_id=b",
    b"\x1f\x8b\x08\x00",
]
ODD_PARTS = [
    "0.5",
    "-1",
    "%00",
    "%FF",
    "%2F",
    "..",
    "%E2%80%AE",
    "9" * 40,
    "{}",
    "x" * 3000,
    "urn:uuid:",
    "sms",
    "letter",
    "pdf",
]
ODD_HEADERS = [
    ("Content-Type", "text/plain"),
    ("Content-Type", "application/json; charset=utf-16"),
    ("Content-Type", "multipart/form-data"),
    ("Content-Encoding", "gzip"),
    ("Accept", "text/html"),
    ("Accept", ""),
    ("Accept-Encoding", "br;q=nonsense"),
    ("Host", "evil.example"),
    ("Host", "127.0.0.1:99999"),
    ("X-B3-TraceId", "not hexadecimal"),
    ("X-B3-TraceId", "f" * 32),
    ("X-Forwarded-For", "127.0.0.1, ::1, nonsense"),
    ("X-HTTP-Method-Override", "DELETE"),
    ("Cookie", "sessionid=\xe9; csrftoken=" + "x" * 200),
    ("Idempotency-Key", "x" * 3000),
    ("Idempotency-Key", ""),
    ("If-None-Match", '"nonsense", W/"a", *'),
    ("Range", "bytes=0-,5-1"),
    ("Origin", "null"),
]


@dataclass(frozen=True)
class Request:
    """What is sent."""

    method: str
    path: str
    headers: list[tuple[str, str]]
    body: bytes


class Requests:
    """An endless source; the same seed gives the same requests, apart from tokens and ids."""

    def __init__(self, seed: int, *, service_id: str, secret: str, templates: dict[str, str]):
        self._random = random.Random(seed)
        self._service_id, self._secret = service_id, secret
        self._names = {
            examples.SMS_TEMPLATE: templates["text"],
            examples.EMAIL_TEMPLATE: templates["email"],
        }
        self._token, self._signed_at = "", 0.0

    def __iter__(self):
        return self

    def __next__(self) -> Request:
        if self._seldom():
            return self._without_a_key()
        # Half of them try to send something.
        operation = self._random.choice(SENDING if self._seldom(0.5) else OPERATIONS)
        method = operation.method.upper()
        if self._seldom():
            method = self._random.choice(METHODS)
        body = self._body(operation.example) if method not in {"GET", "HEAD", "get"} else b""
        return Request(method, self._path(address_of(operation)), self._headers(), body)

    def _without_a_key(self) -> Request:
        path = self._random.choice(OPEN_TO_ALL)
        row_id = str(uuid.UUID(int=self._random.getrandbits(128), version=4))
        names = {"ID": row_id, "TOKEN": quote(self._random.randbytes(9))}
        for name, text in names.items():
            odd = self._random.choice([*ODD_PARTS, ""])
            path = path.replace(name, odd if self._seldom(0.3) else text)
        method = self._random.choice(METHODS if self._seldom() else ["GET", "POST"])
        headers = [self._random.choice([*ODD_HEADERS, FORM])] if self._seldom(0.5) else []
        body = self._body(RECEIPT | {"CID": row_id}) if method == "POST" else b""
        return Request(method, path, headers, body)

    def _seldom(self, share: float = 0.15) -> bool:
        return self._random.random() < share

    def _path(self, address: str) -> str:
        path, _, query = address.partition("?")
        parts = path.split("/")
        if self._seldom(0.3):
            parts[-1] = self._random.choice(
                [*ODD_PARTS, str(uuid.UUID(int=self._random.getrandbits(128)))]
            )
        if self._seldom(0.05):
            parts.append(self._random.choice(["", *ODD_PARTS]))
        if self._seldom(0.3):
            names = ["status", "reference", "older_than", "template_type", "type", "page", "\0"]
            value = str(self._random.choice(ODD_VALUES)).encode("utf-8", "surrogatepass")[:4000]
            query += f"&{quote(self._random.choice(names))}={quote(value)}"
        return self._named("/".join(parts) + (f"?{query}" if query else ""))

    def _named(self, text: str) -> str:
        for name, row_id in self._names.items():
            text = text.replace(name, row_id)
        return text

    def _headers(self) -> list[tuple[str, str]]:
        headers = [self._random.choice(ODD_HEADERS)] if self._seldom(0.4) else []
        if not self._seldom():
            return [*headers, ("Authorization", f"Bearer {self._fresh_token()}")]
        tokens = ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer a.b.c", "Bearer " + "x" * 4000]
        tokens += [f"Bearer {self._odd_token()}" for _ in range(3)]
        return [*headers, ("Authorization", self._random.choice(tokens))]

    def _fresh_token(self) -> str:
        if time.time() - self._signed_at > 10:
            self._signed_at = time.time()
            claims = {"iss": self._service_id, "iat": int(self._signed_at)}
            self._token = jwt.encode(claims, self._secret, "HS256")
        return self._token

    def _odd_token(self) -> str:
        claims = {"iss": self._service_id, "iat": int(time.time())}
        claims[self._random.choice(["iss", "iat", "exp", "nbf", "aud"])] = self._random.choice(
            [None, "x", -1, 10**30, [], {}, True, "\0"]
        )
        secret = self._random.choice([self._secret, "x" * 36])
        # As bytes: the library refuses to sign some claims that a caller can write.
        return jwt.api_jws.encode(json.dumps(claims).encode(), secret, "HS256")

    def _body(self, example) -> bytes:
        if self._seldom(0.2):
            return self._random.choice(ODD_BODIES)
        if self._seldom(0.1):
            return self._random.randbytes(self._random.randrange(3000))
        if self._seldom(0.002):
            return b'{"reference": "' + b"x" * 21 * 1024 * 1024 + b'"}'
        text = self._named(json.dumps(self._mutated(example or {}), ensure_ascii=self._seldom(0.5)))
        body = bytearray(text.encode("utf-8", "surrogatepass"))
        if self._seldom() and body:
            body[self._random.randrange(len(body))] = self._random.randrange(256)
        return bytes(body)

    def _mutated(self, example: dict) -> dict:
        body = dict(example)
        for _ in range(self._random.randrange(4)):
            name = self._random.choice(
                [*body, "personalisation", "scheduled_for", "content", "foo"]
            )
            if self._seldom(0.2):
                body.pop(name, None)
            elif self._seldom(0.2):
                key = "".join(self._random.choices(string.printable, k=5))
                body["personalisation"] = {key: self._random.choice(ODD_VALUES), "name": "A"}
            else:
                body[name] = self._random.choice(ODD_VALUES)
        return body
