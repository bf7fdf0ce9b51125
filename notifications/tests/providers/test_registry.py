"""A provider is one file and variables: the guide's own example, and the settings."""

import re
import runpy
from pathlib import Path
from typing import ClassVar

import pytest

from notifications.providers.base import Provider, SmsMessage, Throttled
from notifications.providers.over_http import hand_over, require_success
from notifications.providers.registry import PROVIDERS
from notifications.tests.providers.messages import SMS
from notify_project.constants import NotificationType

ROOT = Path(__file__).resolve().parents[3]


def test_each_module_with_a_provider_is_known():
    assert PROVIDERS.keys() >= {"anymail", "console", "firetext", "mmg", "smtp", "twilio"}


def test_options_of_a_provider_of_ones_own_come_from_its_variables(monkeypatch):
    monkeypatch.setenv("MORE_PROVIDERS", "acme,other")
    monkeypatch.setenv("ACME_TOKEN", "secret")
    monkeypatch.setenv("ACME_BASE_URL", "https://acme.example")

    options = runpy.run_path(str(ROOT / "notify_project/settings.py"))["PROVIDER_OPTIONS"]

    assert options["acme"] == {"token": "secret", "base_url": "https://acme.example"}
    assert options["other"] == {}


@pytest.fixture
def acme(httpserver):
    guide = (ROOT / "docs/providers.md").read_text()
    [code] = re.findall(r"```python\n(.*?)```", guide, re.DOTALL)
    names = {
        "ClassVar": ClassVar,
        "NotificationType": NotificationType,
        "Provider": Provider,
        "SmsMessage": SmsMessage,
        "hand_over": hand_over,
        "require_success": require_success,
    }
    exec(code.replace("\n   ", "\n").removeprefix("   "), names)
    return names["Acme"]({"url": httpserver.url_for("/"), "token": "secret"})


def test_the_guides_example_sends(acme, httpserver):
    httpserver.expect_ordered_request("/").respond_with_json({"id": 7})
    httpserver.expect_ordered_request("/").respond_with_json({}, status=429)

    assert acme.send(SMS) == "7"
    with pytest.raises(Throttled):
        acme.send(SMS)

    request = httpserver.log[0][0]
    assert request.headers["X-Token"] == "secret"
    assert request.json == {"to": SMS.to, "text": SMS.body, "ref": SMS.id}
