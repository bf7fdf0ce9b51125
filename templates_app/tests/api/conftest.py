import json
import time
import uuid

import jwt
import pytest
from django.test import Client

from services.models import ServiceLetterContact
from services.tests.factories import ApiKeyFactory, UserFactory
from templates_app.tests.factories import TemplateFactory
from templates_app.versions import archive_template, update_template


class World:
    """The service of the published cases, with its templates by name."""

    def __init__(self):
        self.key = ApiKeyFactory()
        service = self.key.service
        self.author = UserFactory(email_address="author@example.org")
        made = {"service": service, "created_by": self.author}
        first = "v1 ((name)) ((First Name)) ((over18??adult)) ((NAME))"
        sms = TemplateFactory(name="b", content=first, **made)
        contact = ServiceLetterContact.objects.create(
            service=service, contact_block="1 Road\n((ref))"
        )
        self.sms = update_template(sms, actor=self.author, content="v2 ((name))")
        self.email = TemplateFactory(
            name="a", email=True, subject="S ((s))", content="B ((b))", **made
        )
        self.letter = TemplateFactory(
            name="c",
            letter=True,
            subject="L ((x))",
            content="LB",
            postage="first",
            service_letter_contact=contact,
            **made,
        )
        self.archived = archive_template(
            TemplateFactory(name="d", content="old", **made), actor=self.author
        )
        self.hidden = TemplateFactory(name="e", hidden=True, **made)
        self.foreign = TemplateFactory()

    def get(self, path):
        return Client().get(self._path(path), headers=self._headers())

    def post(self, path, body=None, *, raw=None):
        """Post a body as JSON, or `raw` bytes as they are."""
        data = json.dumps(body) if raw is None else raw
        return Client().post(self._path(path), data, "application/json", headers=self._headers())

    def _headers(self):
        claims = {"iss": str(self.key.service_id), "iat": int(time.time())}
        token = jwt.encode(claims, self.key.secret, "HS256")
        return {"authorization": f"Bearer {token}"}

    def _path(self, path):
        ids = {name: str(row.id) for name, row in vars(self).items() if hasattr(row, "content")}
        return path.format(unknown=uuid.uuid4(), **ids)


@pytest.fixture
def world(db):
    return World()
