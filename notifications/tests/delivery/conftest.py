"""An SMS provider on loopback that speaks MMG's protocol, for whole runs of a lane."""

import json
import threading
import time

import pytest
from werkzeug import Response

from notifications.delivery import deliver as module
from notifications.delivery.pace import pace
from notifications.delivery.routing import Router
from notifications.tests.factories import ProviderDetailsFactory
from notify_project.tests.quick_server import QuickServer


class SmsProvider:
    """What a test tells the provider, and what the provider has seen."""

    def __init__(self) -> None:
        self.seen: list[dict] = []
        self.answer = lambda message: Response('{"Reference": "1"}', 200)
        self._lock = threading.Lock()

    def handle(self, request):
        """Answer one request."""
        message = json.loads(request.data)
        with self._lock:
            self.seen.append(message)
        return self.answer(message)


@pytest.fixture
def providers(db):
    """Make sure that there is one of each channel, also in tables that a test has emptied."""
    ProviderDetailsFactory(identifier="mmg", notification_type="sms", supports_international=True)
    ProviderDetailsFactory(identifier="smtp", notification_type="email", gives_receipts=False)
    # Nobody was slow before.
    pace.cache_clear()


@pytest.fixture
def httpserver():
    """Give a server that answers many at once."""
    with QuickServer(host="127.0.0.1", threaded=True) as server:
        yield server


@pytest.fixture
def sms_provider(providers, httpserver, settings, monkeypatch):
    """Give a provider that takes everything until told otherwise."""
    provider = SmsProvider()
    httpserver.expect_request("/mmg").respond_with_handler(provider.handle)
    options = {**settings.PROVIDER_OPTIONS["mmg"], "url": httpserver.url_for("/mmg")}
    settings.PROVIDER_OPTIONS = {**settings.PROVIDER_OPTIONS, "mmg": options}
    # What an earlier test remembered of providers is not this one's affair.
    monkeypatch.setattr(module, "_router", Router())
    return provider


@pytest.fixture
def slow():
    """Return a function that makes an answer take a while."""

    def after(seconds, answer):
        def respond(message):
            time.sleep(seconds)
            return answer(message)

        return respond

    return after
