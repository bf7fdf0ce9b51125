"""What docs/management.md says is true, and its service can be set up from nothing."""

import json
import re
import time
from pathlib import Path

import jwt
import pytest

from notify_project.documentation.management import document
from notify_project.models import AuditEvent
from services.models import MemberPermission, Service, ServiceEmailReplyTo, ServiceSmsSender
from services.tests.api.management.client import Caller, support

GUIDE = (Path(__file__).parents[3] / "docs/management.md").read_text()
STEPS = re.findall(
    r"```http\n([A-Z]+) (\S+)\n(?:\n(\{.*?\})\n)?```\n(?:\n`(\w+)` of the answer is `(<\w+>)`)?",
    GUIDE,
    re.DOTALL,
)
SERVICE = "/service/<service>"


def program_of(key):
    """Return the program of a service, which signs with a key."""
    claims = {"iss": key[-73:-37], "iat": int(time.time())}
    return Caller(jwt.encode(claims, key[-36:], "HS256"))


def set_up(caller):
    """Do all that the guide does, and return its answers by method and path as written."""
    ids, answers = {}, {}
    for method, written, body, field, name in STEPS:
        path, sent = written, body
        for known, value in ids.items():
            path, sent = path.replace(known, value), sent.replace(known, value)
        is_sent = path.startswith("/v2/")
        asking = program_of(answers["POST", f"{SERVICE}/api-key"]["key"]) if is_sent else caller
        status, answers[method, written] = asking.ask(method, path, json.loads(sent or "null"))
        assert status in {200, 201, 204}, (method, written, answers[method, written])
        if name:
            ids[name] = answers[method, written][field]
    return answers


@pytest.mark.django_db
@pytest.mark.usefixtures("files", "redis", "recorded_tasks")
def test_a_service_is_set_up_from_nothing():
    caller = support()

    answers = set_up(caller)

    service = Service.objects.get()
    assert answers["GET", "/service/<service>"]["id"] == str(service.id)
    assert (service.name, service.restricted) == ("Riverside Library", False)
    assert service.organisation.name == "Riverside Council"
    assert ServiceSmsSender.objects.get(is_default=True).sms_sender == "Library"
    assert ServiceEmailReplyTo.objects.get().email_address == "desk@library.example"
    assert str(service.id) in answers["POST", "/service/<service>/api-key"]["key"]
    assert answers["POST", "/service/<service>/callback"]["signing_secret"].startswith("whsec_")
    assert answers["POST", "/service/<service>/api-key/<key>/revoke"]["expiry_date"]
    assert answers["POST", "/service/<service>/inbound-number"]["service"] == str(service.id)
    assert answers["PATCH", "/user/<ben>"]["state"] == "inactive"
    certificate = answers["POST", "/person/erase"]["certificate"]
    assert certificate["erased"]["guests"] == 2
    template = answers["PATCH", f"{SERVICE}/template/<template>"]
    shown = answers["POST", f"{SERVICE}/template/<template>/preview"]
    sent = answers["POST", "/v2/notifications/email"]
    assert (shown["subject"], template["version"]) == ("Middlemarch is ready", 2)
    assert (sent["template"]["version"], sent["content"]["subject"]) == (2, "Your book is ready")
    changes = AuditEvent.objects.exclude(request_id="")
    reads = [step for step in STEPS if step[0] == "GET" or re.search("/v2/|/preview$", step[1])]
    # There is no call to make again, and a search for a recipient is told of, too.
    assert changes.count() >= len(STEPS) - len(reads)
    assert changes.get(action="search messages").after == {"by": "to"}
    assert set(changes.values_list("actor", flat=True)) == {caller.user.id}


def test_its_steps_are_all_there_are():
    assert len(STEPS) == GUIDE.count("```http")


@pytest.mark.django_db
def test_its_signed_token_is_ours(settings):
    settings.INTERNAL_API_SECRET = "a secret of at least thirty-two bytes"
    code = re.search(r"```python\n(.*?)```", GUIDE, re.DOTALL).group(1)
    names = {}

    exec(code, names)

    token = names["make_token"](settings.INTERNAL_API_SECRET)
    assert Caller(token).get("/organisation")[0] == 200


@pytest.mark.django_db
def test_its_error_is_ours():
    [shown] = re.findall(r"```json\n(.*?)```", GUIDE, re.DOTALL)

    assert support().post("/organisation")[1] == json.loads(shown)


def test_it_names_every_permission_and_every_error():
    for word in MemberPermission.Name.values:
        assert f"`{word}`" in GUIDE
    described = document("https://notify.example")["paths"].values()
    statuses = {
        status
        for methods in described
        for operation in methods.values()
        for status in operation["responses"]
    }
    for status in statuses - {"200", "201", "204"}:
        assert f"| {status} |" in GUIDE
