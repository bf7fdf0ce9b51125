"""The world of the black-box cases: services, keys, templates and messages by name."""

import json
import time
import uuid
from dataclasses import dataclass, field
from datetime import timedelta

import jwt
from django.test import Client

from notifications.tests.factories import JobFactory, NotificationFactory
from notify_project import clock
from services.tests.factories import (
    ApiKeyFactory,
    ServiceEmailReplyToFactory,
    ServiceFactory,
    ServiceGuestListFactory,
    ServiceSmsSenderFactory,
    ServiceUserFactory,
)
from templates_app.tests.factories import TemplateFactory

BASE = {
    "sms": {"phone_number": "07900900123", "template_id": "T_SMS0"},
    "email": {"email_address": "a@example.com", "template_id": "T_EMAIL0"},
    "letter": {
        "template_id": "T_LETTER",
        "personalisation": {
            "address_line_1": "Amala Bird",
            "address_line_2": "123 High Street",
            "address_line_3": "SW14 6BH",
            "name": "Jo",
        },
    },
}


def put_names(value, ids):
    """Replace names, at any depth, by their ids; inside other text they stand in braces."""
    if isinstance(value, dict):
        return {name: put_names(item, ids) for name, item in value.items()}
    if isinstance(value, list):
        return [put_names(item, ids) for item in value]
    if not isinstance(value, str):
        return value
    if value in ids:
        return ids[value]
    for name, row_id in ids.items():
        value = value.replace(f"{{{name}}}", row_id)
    return value


@dataclass
class World:
    """Everything that the cases name, and a client to call with."""

    ids: dict[str, str] = field(default_factory=dict)
    keys: dict[str, object] = field(default_factory=dict)
    rows: dict[str, object] = field(default_factory=dict)

    def add(self, name, row):
        self.rows[name] = row
        self.ids[name] = str(row.id)
        return row

    def put_names(self, value):
        """Replace the names in a value by the ids they stand for."""
        return put_names(value, self.ids)

    def headers(self, key_name, **claims):
        key = self.keys[key_name]
        claims = {"iss": str(key.service_id), "iat": int(time.time()), **claims}
        return {"authorization": f"Bearer {jwt.encode(claims, key.secret, 'HS256')}"}

    def body(self, kind, **changes):
        return self.put_names({**BASE[kind], **changes})

    def get(self, path, key="K_READ"):
        return Client().get(self.put_names(path), headers=self.headers(key))

    def post(self, kind, body, key="K_LIVE", content_type="application/json"):
        """Post bytes as they are, anything else as JSON."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return Client().post(
            f"/v2/notifications/{kind}",
            data,
            content_type=content_type,
            headers=self.headers(key),
        )

    def send(self, kind, key="K_LIVE", **changes):
        return self.post(kind, self.body(kind, **changes), key)


def build() -> World:
    """Store everything that the cases name."""
    world = World(ids={"UNKNOWN": str(uuid.uuid4())})
    _services(world)
    _templates(world)
    _messages(world)
    return world


def _services(world):
    live = add_service(
        world, "LIVE", "email", "sms", "letter", contact_link="https://example.org/help"
    )
    ServiceUserFactory(
        service=live, user__mobile_number="+447700900986", user__email_address="team@example.com"
    )
    add_service(world, "OTHER", "email", "sms", "letter")
    trial = add_service(world, "TRIAL", "email", "sms", "letter", trial=True)
    ServiceGuestListFactory(service=trial, recipient="guest@example.com")
    ServiceGuestListFactory(service=trial, recipient="07900900124", recipient_type="mobile")
    abroad = ("international_sms", "international_letters")
    add_service(world, "INTL", "sms", "letter", *abroad, international_sms_message_limit=1)
    add_service(world, "LAND", "sms", "sms_to_uk_landlines")
    add_service(world, "EMAILONLY", "email")
    add_service(world, "SMSONLY", "sms")
    add_service(world, "LIMITED", "sms", "email", sms_message_limit=1, email_message_limit=0)
    add_service(world, "SLOW", "sms", rate_limit=3)
    add_service(world, "READ", "email", "sms", "letter")
    world.add("SENDER", ServiceSmsSenderFactory(service=live, sms_sender="07700900111"))
    world.add("SENDER_OLD", ServiceSmsSenderFactory(service=live, archived=True))
    world.add("REPLY", ServiceEmailReplyToFactory(service=live))
    other = world.rows["S_OTHER"]
    world.add("REPLY_OTHER", ServiceEmailReplyToFactory(service=other))


def add_service(world, name, *permissions, **columns):
    """Store a service with one key of each type."""
    service = world.add(f"S_{name}", ServiceFactory(permissions=permissions, **columns))
    world.keys[f"K_{name}"] = ApiKeyFactory(service=service)
    world.keys[f"K_{name}_TEAM"] = ApiKeyFactory(service=service, team=True)
    world.keys[f"K_{name}_TEST"] = ApiKeyFactory(service=service, test=True)
    return service


def _templates(world):
    def sms(name, content, service="S_LIVE", **columns):
        row = TemplateFactory(service=world.rows[service], content=content, **columns)
        return world.add(name, row)

    def email(name, subject, content, service="S_LIVE"):
        columns = {"template_type": "email", "subject": subject, "content": content}
        return world.add(name, TemplateFactory(service=world.rows[service], **columns))

    def letter(name, subject, content, service="S_LIVE", postage="second"):
        columns = {"subject": subject, "content": content, "postage": postage}
        row = TemplateFactory(letter=True, service=world.rows[service], **columns)
        return world.add(name, row)

    sms("T_SMS0", "Hi there")
    sms("T_SMS", "Hello ((name))")
    sms("T_SMSALL", "((all))")
    sms("T_ARCHIVED", "old", archived=True)
    sms("T_HIDDEN", "hidden", hidden=True)
    sms("T_OTHER", "Other", "S_OTHER")
    sms("T_SMS_TRIAL", "((all))", "S_TRIAL")
    for name in ("INTL", "LAND", "EMAILONLY", "LIMITED", "SLOW"):
        sms(f"T_SMS_{name}", "Plain", f"S_{name}")
    sms("TR_SMS", "Hello ((name))", "S_READ")
    email("T_EMAIL0", "Subj", "Plain")
    email("T_EMAIL", "Sub ((name))", "Body ((name))")
    email("T_EMAILALL", "S", "((all))")
    email("T_EMAIL2", "Re ((Ref No))", "Hi ((First Name)) ((show??yes)) ((ref_no))")
    email("T_EMAIL_TRIAL", "Subj", "Plain", "S_TRIAL")
    email("T_EMAIL_SMSONLY", "Subj", "Plain", "S_SMSONLY")
    email("T_EMAIL_LIMITED", "Subj", "Plain", "S_LIMITED")
    email("TR_EMAIL", "Sub ((name))", "Body ((name))", "S_READ")
    letter("TR_LETTER", "Re ((name))", "Dear ((name))", "S_READ", postage="first")
    letter("T_LETTER", "Re ((name))", "Dear ((name))")
    letter("T_QR", "Subj", "QR: ((url))")
    for name in ("TRIAL", "EMAILONLY", "INTL"):
        letter(f"T_LETTER_{name}", "Subj", "Plain", f"S_{name}")


def _messages(world):
    """Store the messages of the reading cases, oldest first."""
    started = clock.now() - timedelta(hours=1)

    def store(name, template, **columns):
        created_at = started + timedelta(seconds=len(world.rows))
        columns = {"template": world.rows[template], "created_at": created_at, **columns}
        return world.add(name, NotificationFactory(**columns))

    sms = {"to": "07900900123", "normalised_to": "447900900123"}
    store("N_SMS", "TR_SMS", client_reference="ref-1", **sms)
    done = {"updated_at": clock.now(), "billable_units": 2, "sent_at": clock.now()}
    store("N_SMS_DELIVERED", "TR_SMS", status="delivered", **done, **sms)
    store("N_SMS_PERM", "TR_SMS", status="permanent-failure", client_reference="a b&c", **sms)
    store(
        "N_EMAIL",
        "TR_EMAIL",
        to="A@example.com",
        normalised_to="a@example.com",
        status="sending",
        unsubscribe_link="https://x.example/u",
    )
    store("N_EMAIL_TECH", "TR_EMAIL", status="technical-failure")
    lines = {"address_line_1": "A", "address_line_2": "B", "postcode": "SW1 1AA", "name": "Jo"}
    for name, columns in _LETTERS.items():
        store(name, "TR_LETTER", postage="first", personalisation=lines, **columns)
    job = JobFactory(template=world.rows["TR_SMS"])
    store("N_JOB", "TR_SMS", job=job, job_row_number=0)
    store("N_TEST", "TR_SMS", key_type="test", is_real=False)


_LETTERS = {
    "N_LETTER": {},
    "N_LETTER_SENDING": {"status": "sending", "billable_units": 1},
    "N_LETTER_DELIVERED": {"status": "delivered", "billable_units": 1},
    "N_LETTER_RETURNED": {"status": "returned-letter", "billable_units": 1},
    "N_LETTER_TECH": {"status": "technical-failure"},
    "N_LETTER_SCAN": {"status": "pending-virus-check"},
    "N_LETTER_VIRUS": {"status": "virus-scan-failed"},
    "N_LETTER_INVALID": {"status": "validation-failed"},
}
