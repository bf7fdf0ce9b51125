"""Requests with several faults at once: the first check of the contract's order answers."""

import hashlib
import json
import time
import uuid
from collections import Counter
from itertools import product

import jwt
import pytest
from django.conf import settings as django_settings
from django.test import Client
from hypothesis import Phase, given, settings

from notifications.models import IdempotentAnswer, Notification, NotificationHistory
from notifications.tests.api.order_of_checks import (
    OTHER_TYPE,
    OVERLONG_QR_CODE,
    RECIPIENT,
    SENDER,
    expected,
)
from notifications.tests.api.requests_with_faults import RAW, VALUES, requests
from notify_project import clock
from services.tests.factories import (
    ApiKeyFactory,
    ServiceEmailReplyToFactory,
    ServiceFactory,
    ServiceGuestListFactory,
    ServiceSmsSenderFactory,
    ServiceUserFactory,
    UserFactory,
)
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.usefixtures("files", "redis", "recorded_tasks")

UNKNOWN = "6ce466d0-fd6a-11e5-82f5-e0accb9d11a6"
RECIPIENTS = {
    "sms": {
        "stranger": "07900900123",
        "member": "07900900986",
        "guest": "07900900124",
        "simulated": "+44 7700 900 111",
        "landline": "020 7946 0000",
        "abroad": "+12025550111",
        "malformed": "abc",
    },
    "email": {
        "stranger": "a@example.com",
        "member": "Member@example.com",
        "guest": "guest@example.com",
        "simulated": "simulate-delivered@notifications.service.gov.uk",
        "malformed": "a@b",
    },
}
ADDRESSES = {
    "fine": {"address_line_1": "A", "address_line_2": "B", "address_line_3": "SW14 6BH"},
    "short": {"address_line_1": "A", "address_line_2": "SW14 6BH"},
}
LONG = {"sms": "a" * 919, "email": "a" * 2_000_001}

SERVICES = ["trial", "may_send", "may_send_abroad", "minute_used", "day_used"]
STATES = {"fine": {}, "archived": {"archived": True}, "hidden": {"hidden": True}}
EXAMPLES = 600


class Senders:
    """Services of every kind that requests ask for, each stored when it is first needed."""

    def __init__(self):
        self.member = UserFactory(email_address="member@example.com", mobile_number="+447900900986")
        self.foreign = TemplateFactory()
        self._known = {}

    def of(self, asked):
        """Return the service of a request, with its keys, templates and senders."""
        kind = tuple(getattr(asked, name) for name in SERVICES)
        if kind not in self._known:
            self._known[kind] = self._make(asked)
        return self._known[kind]

    def _make(self, asked):
        permissions = ["email", "sms", "letter"] if asked.may_send else []
        permissions += ["international_sms"] if asked.may_send_abroad else []
        limit = 0 if asked.day_used else 250_000
        service = ServiceFactory(
            permissions=permissions,
            restricted=asked.trial,
            rate_limit=0 if asked.minute_used else 1_000_000,
            contact_link=None if asked.trial else "https://example.org/help",
            email_message_limit=limit,
            sms_message_limit=limit,
            letter_message_limit=limit,
            international_sms_message_limit=0,
        )
        ServiceUserFactory(service=service, user=self.member)
        ServiceGuestListFactory(service=service, recipient=RECIPIENTS["email"]["guest"])
        ServiceGuestListFactory(
            service=service, recipient_type="mobile", recipient=RECIPIENTS["sms"]["guest"]
        )
        return Sender(service, self.foreign)


class Sender:
    """One service and what belongs to it."""

    def __init__(self, service, foreign):
        self.id = str(service.id)
        self.keys = {
            kind: ApiKeyFactory(service=service, key_type=kind)
            for kind in ("normal", "team", "test")
        }
        self.senders = {
            "sms": str(ServiceSmsSenderFactory(service=service).id),
            "email": str(ServiceEmailReplyToFactory(service=service).id),
        }
        self._templates = {
            (kind, state): str(_template(service, kind, **columns).id)
            for kind, (state, columns) in product(OTHER_TYPE, STATES.items())
        }
        letter = _template(service, "letter", content="QR: ((code))\n\n((all))")
        self._templates["letter", "QR code"] = str(letter.id)
        self._foreign_id = str(foreign.id)
        for kind in self.keys:
            _use_key(service, kind, "reused")

    def template_id(self, asked):
        """Return what a request says its template is."""
        named = {"unknown": UNKNOWN, "malformed": "x", "foreign": self._foreign_id}
        if asked.template in named:
            return named[asked.template]
        if asked.template == "other type":
            return self._templates[OTHER_TYPE[asked.kind], "fine"]
        return self._templates[asked.kind, asked.template]


def _template(service, kind, **columns):
    traits = {} if kind == "sms" else {kind: True, "subject": "About"}
    return TemplateFactory(service=service, **{"content": "((all))", **traits, **columns})


def _use_key(service, key_type, key):
    """Remember the answer to another request under an idempotency key."""
    IdempotentAnswer.objects.create(
        service_id=service.id,
        key_type=key_type,
        key_digest=hashlib.sha256(key.encode()).hexdigest(),
        request_digest=hashlib.sha256(b"another").hexdigest(),
        notification_id=uuid.uuid4(),
        answer="{}",
        created_at=clock.now(),
    )


def body_of(asked, sender):
    """Return the body of a request as bytes."""
    if asked.body in RAW:
        return RAW[asked.body]
    body = dict.fromkeys(asked.faults & {"reference"}, 5)
    body |= dict.fromkeys(asked.faults & {"undeclared"} and ["zed"], 1)
    body |= _templated(asked, sender) if asked.kind in OTHER_TYPE else _letter(asked)
    return json.dumps(body).encode()


def _letter(asked):
    letter = {"content": "abc" if "undecodable" in asked.faults else "JVBERi0xLjQ="}
    if "reference" not in asked.faults:
        letter["reference"] = "r1"
    if "postage" in asked.faults:
        letter["postage"] = "europe"
    return letter


def _templated(asked, sender):
    body = {}
    if asked.template != "absent":
        body["template_id"] = sender.template_id(asked)
    if asked.values == "list":
        body["personalisation"] = []
    elif asked.values != "absent":
        address = ADDRESSES[asked.address] if asked.kind == "letter" else {}
        values = {"all": LONG[asked.kind]} if asked.values == "long" else VALUES[asked.values]
        code = {"code": OVERLONG_QR_CODE} if asked.template == "QR code" else {}
        body["personalisation"] = {**address, **code, **values}
    if asked.kind in RECIPIENT and asked.recipient != "absent":
        body[RECIPIENT[asked.kind]] = RECIPIENTS[asked.kind][asked.recipient]
    if asked.sender != "none":
        ids = {"known": sender.senders[asked.kind], "unknown": UNKNOWN, "malformed": 5}
        body[SENDER[asked.kind]] = ids[asked.sender]
    return body


def post(asked, sender):
    """Send a request."""
    word = "letter" if asked.kind == "pdf" else asked.kind
    size = {"CONTENT_LENGTH": str(django_settings.MAX_REQUEST_BYTES + 1)} if asked.oversize else {}
    return Client().post(
        f"/v2/notifications/{word}",
        body_of(asked, sender),
        content_type="application/json",
        headers=_headers(asked, sender),
        **size,
    )


def _headers(asked, sender):
    headers = {}
    if asked.token != "none":
        secret = UNKNOWN if asked.token == "forged" else sender.keys[asked.key_type].secret
        token = jwt.encode({"iss": sender.id, "iat": int(time.time())}, secret, "HS256")
        headers["authorization"] = f"Bearer {token}"
    if asked.idempotency_key != "none":
        words = {"malformed": "two words", "reused": "reused", "fresh": str(uuid.uuid4())}
        headers["idempotency-key"] = words[asked.idempotency_key]
    return headers


def stored():
    """Return how many messages there are, and how many will be remembered."""
    return Notification.objects.count(), NotificationHistory.objects.count()


def test_the_first_check_of_the_order_answers_and_nothing_refused_is_stored(db):
    senders = Senders()
    seen = Counter()

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
    )
    @given(requests())
    def check(asked):
        sender = senders.of(asked)
        names = {
            "service": sender.id,
            "unknown": UNKNOWN,
            "trial URL": django_settings.TRIAL_MODE_URL,
            "web URL": django_settings.ADMIN_URL,
        }
        refusal = expected(asked, names)
        before = stored()

        response = post(asked, sender)

        answer = response.json()
        if refusal is None:
            seen["accepted"] += 1
            kept = asked.recipient != "simulated"
            remembered = kept and asked.key_type != "test"
            assert response.status_code == 201, answer
            assert stored() == (before[0] + kept, before[1] + remembered)
        else:
            seen[refusal.errors[0][1].partition(":")[0][:30]] += 1
            errors = [
                {"error": name, "message": text, **refusal.more} for name, text in refusal.errors
            ]
            assert answer["errors"] == errors
            assert response.status_code == answer["status_code"] == refusal.status
            assert stored() == before

    check()

    # Unless every check is reached the comparison says little.
    assert len(seen) > 34, seen
