"""What docs/api.md says about keys and errors is true, and its examples work."""

import json
import re
import time
import uuid
from datetime import timedelta
from pathlib import Path

import jwt
import pytest
from django.test import Client
from freezegun import freeze_time

from deploy.make_token import make_token
from notifications.callbacks.signature import signature_headers
from notify_project import clock
from notify_project.documentation.errors import errors_of
from notify_project.documentation.operations import OPERATIONS
from services.models import new_signing_secret
from services.tests.factories import ApiKeyFactory, ServiceFactory
from templates_app.tests.factories import TemplateFactory

GUIDE = (Path(__file__).parents[3] / "docs/api.md").read_text()

REQUESTS = re.findall(r"```http\nPOST (\S+)\n(.*?)\n(\{.*?)```", GUIDE, re.DOTALL)


def test_its_token_is_the_one_that_our_script_makes():
    code = re.search(r"```python\n(.*?)```", GUIDE, re.DOTALL).group(1)
    service_id, secret = str(uuid.uuid4()), str(uuid.uuid4())
    key = f"my-own-key-{service_id}-{secret}"
    names = {}

    exec(code, names)

    token = names["make_token"](key)
    claims = jwt.decode(token, secret, ["HS256"])
    assert claims["iss"] == service_id
    assert abs(claims["iat"] - time.time()) < 5
    assert jwt.decode(make_token(key), secret, ["HS256"])["iss"] == service_id


@pytest.mark.parametrize(
    ("seconds_later", "added", "secret", "genuine"),
    [
        pytest.param(0, b"", "new", True, id="new secret"),
        pytest.param(299, b"", "old", True, id="old secret"),
        pytest.param(0, b"", "other", False, id="other secret"),
        pytest.param(301, b"", "new", False, id="too late"),
        pytest.param(0, b" ", "new", False, id="other body"),
    ],
)
def test_its_check_of_callbacks_knows_ours(seconds_later, added, secret, genuine):
    code = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)[1]
    secrets = {name: new_signing_secret() for name in ("new", "old", "other")}
    now, body, names = clock.now(), b'{"id": "1"}', {}
    valid = [secrets["new"], secrets["old"]]
    headers = signature_headers(str(uuid.uuid4()), body, secrets=valid, now=now)

    exec(code, names)

    with freeze_time(now + timedelta(seconds=seconds_later)):
        assert names["is_genuine"](headers, body + added, secrets[secret]) is genuine


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.name)
def test_it_tells_what_to_do_about_every_error(operation):
    rows = [line for line in GUIDE.splitlines() if line.startswith("| ")]

    for status, names in errors_of(operation).items():
        for name in names:
            assert any(str(status) in row and f"`{name}`" in row for row in rows), (status, name)


@pytest.fixture
def ask(db, files, redis, recorded_tasks):
    """Return a function that sends an example with a service's key."""
    service = ServiceFactory(
        permissions=["email", "sms", "letter"], contact_link="https://example.org/help"
    )
    content = {"content": "Dear ((name))", "service": service, "subject": "About"}
    file = {"content": "Dear ((name)), see ((link_to_file))"}
    templates = {
        "<text template>": TemplateFactory(content="Hello ((name))", service=service),
        "<email template>": TemplateFactory(template_type="email", **content | file),
        "<letter template>": TemplateFactory(letter=True, **content),
    }
    key = ApiKeyFactory(service=service)

    def send(path, head, body):
        for name, template in templates.items():
            body = body.replace(name, str(template.id))
        headers = dict(line.split(": ") for line in head.splitlines() if line)
        claims = {"iss": str(service.id), "iat": int(time.time())}
        headers["Authorization"] = f"Bearer {jwt.encode(claims, key.secret, 'HS256')}"
        return Client().post(path, body, content_type="application/json", headers=headers)

    return send


@pytest.mark.parametrize("example", REQUESTS, ids=lambda each: each[0])
def test_its_requests_work(ask, example):
    response = ask(*example)

    assert response.status_code == (200 if example[0].endswith("/validate") else 201)
    if "Idempotency-Key" in example[1]:
        assert ask(*example)["Idempotent-Replayed"] == "true"


def test_its_answer_to_a_check_is_ours(ask):
    [request] = [each for each in REQUESTS if each[0].endswith("/validate")]
    [shown] = re.findall(r"```json\n(\{\s*\"valid\".*?)```", GUIDE, re.DOTALL)

    answer = ask(*request).json()

    assert answer | json.loads(shown) == answer


def test_every_kind_of_request_has_an_example():
    paths = {path for path, _, _ in REQUESTS}

    assert {f"/v2/notifications/{kind}" for kind in ("sms", "email", "letter")} < paths
