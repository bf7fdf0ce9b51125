"""What schemathesis cannot know: how to sign a token, and what exists on the platform.

Only valid values are replaced, so what is generated as wrong stays wrong.
"""

import json
import os
import time
from datetime import datetime, timedelta
from uuid import UUID

import jwt
import schemathesis
from hypothesis import strategies as st

from notify_project import clock

SERVICE_ID, SECRET = os.environ["FUZZ_SERVICE_ID"], os.environ["FUZZ_SECRET"]
# Field of a body or parameter of a path -> an id that exists.
IDS = json.loads(os.environ["FUZZ_IDS"])
NAME = {"name": "Amala"}
ADDRESS = {"address_line_1": "A", "address_line_2": "B", "address_line_3": "SW14 6BF"}
VALUES = {"sms": NAME, "email": NAME, "letter": {**NAME, **ADDRESS}}
SENDERS = ("sms_sender_id", "email_reply_to_id")


@schemathesis.auth(refresh_interval=10)
class Token:
    """A token is good for 30 seconds."""

    def get(self, case, context):
        return jwt.encode({"iss": SERVICE_ID, "iat": int(time.time())}, SECRET, "HS256")

    def set(self, case, data, context):
        case.headers["Authorization"] = f"Bearer {data}"


schemathesis.openapi.format(
    "phone-number",
    st.from_regex(r"\A(07|\+447|00447|\(0\)7)900[ -]?900[ -]?[0-9]{3}\Z"),
)
schemathesis.openapi.format(
    "email", st.from_regex(r"\A[a-z0-9!#$%&'*+/=?^_`{|}~-]{1,20}@([a-z0-9]{1,9}\.){1,3}(uk|org)\Z")
)
schemathesis.openapi.format("uri", st.from_regex(r"\Ahttps://[a-z]{1,9}\.org/[A-Za-z0-9?=&%20]*\Z"))


@schemathesis.hook
def before_call(context, case, kwargs):
    """Name what exists, where something valid was given."""
    if isinstance(case.body, dict):
        case.body = real_body(case.body, case.operation.path.rpartition("/")[2])
    for name, value in (case.path_parameters or {}).items():
        # Half of the time, what exists.
        if name in IDS and is_uuid(value) and UUID(value).int % 2:
            case.path_parameters[name] = IDS[name]


def real_body(given, channel):
    body = dict(given)
    if is_uuid(body.get("template_id")) and channel in IDS:
        body["template_id"] = IDS[channel]
        if isinstance(body.setdefault("personalisation", {}), dict):
            body["personalisation"] = {**body["personalisation"], **VALUES[channel]}
    if channel == "letter" and isinstance(body.get("content"), str):
        body["content"] = "JVBERi0xLjQK"
    for name in SENDERS:
        if is_uuid(body.get(name)):
            del body[name]
    if is_time(body.get("scheduled_for")):
        body["scheduled_for"] = (clock.now() + timedelta(hours=1)).isoformat()
    return body


def is_uuid(value):
    try:
        return isinstance(value, str) and UUID(value) is not None
    except ValueError:
        return False


def is_time(value):
    try:
        return isinstance(value, str) and datetime.fromisoformat(value) is not None
    except ValueError:
        return False
