"""A caller whose messages are accepted before they are stored, and what waits of them."""

import json
import time

import jwt
from django.test import Client

from notify_project import clock
from services.day_counters import day_counter
from services.read_models import find_service
from services.tests.factories import ApiKeyFactory, ServiceFactory
from templates_app.read_models import find_template
from templates_app.tests.factories import TemplateFactory

RECIPIENTS = {
    "sms": {"phone_number": "07900900123"},
    "email": {"email_address": "jo@example.com"},
    "letter": {},
}
ADDRESS = {"address_line_1": "A Person", "address_line_2": "1 Road", "postcode": "SW1A 1AA"}


class Caller:
    """A service with a key and a template of each type, which Redis remembers."""

    def __init__(self, *, key=None, sms=None, **columns):
        self.service = ServiceFactory(
            permissions=("sms", "email", "letter"), contact_link="https://example.org", **columns
        )
        self.key = ApiKeyFactory(service=self.service, **(key or {}))
        self.templates = {
            "sms": TemplateFactory(service=self.service, **(sms or {})),
            "email": TemplateFactory(service=self.service, email=True),
            "letter": TemplateFactory(service=self.service, letter=True),
        }
        self.warm()

    def warm(self):
        find_service(self.service.id)
        for template in self.templates.values():
            find_template(self.service.id, template.id)

    def headers(self, **more):
        claims = {"iss": str(self.service.id), "iat": int(time.time())}
        return {"Authorization": f"Bearer {jwt.encode(claims, self.key.secret, 'HS256')}", **more}

    def post(self, kind="sms", headers=None, **changes):
        values = {"name": "Jo", **(ADDRESS if kind == "letter" else {})}
        body = {"template_id": str(self.templates[kind].id), "personalisation": values}
        return Client().post(
            f"/v2/notifications/{kind}",
            json.dumps({**body, **RECIPIENTS[kind], **changes}),
            content_type="application/json",
            headers=self.headers(**(headers or {})),
        )

    def get(self, notification_id):
        return Client().get(f"/v2/notifications/{notification_id}", headers=self.headers())


def waiting(redis, queue="database"):
    return [each.decode() for each in redis.lrange(f"rq:queue:{queue}", 0, -1)]


def counted(redis, caller, kind="sms"):
    return int(redis.get(day_counter(caller.service.id, kind, clock.now())) or 0)
