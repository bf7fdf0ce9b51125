"""Services on loopback that are told something over TLS."""

import json
import re
import threading
import time

import pytest
from werkzeug import Response

from notifications.callbacks import calls
from notifications.callbacks import send as module
from notifications.tests.callbacks.certificates import certificate_for_loopback, server_context
from notifications.tests.factories import CallbackDeliveryFactory
from notify_project.tests.quick_server import QuickServer
from notify_project.versioning import save_versioned
from services.models import ServiceCallbackApi, ServiceCallbackApiHistory
from services.tests.factories import ServiceFactory


@pytest.fixture(scope="session")
def loopback_certificate(tmp_path_factory):
    return certificate_for_loopback(tmp_path_factory.mktemp("tls"))


class Listener:
    """A service's server: what a test tells it to answer, and what it has seen."""

    def __init__(self, server):
        self.server = server
        self.seen = []
        self.answers = {}
        self.delays = {}
        self._lock = threading.Lock()

    def handle(self, request):
        """Answer one request."""
        with self._lock:
            self.seen.append((request.path, dict(request.headers), json.loads(request.data)))
        time.sleep(self.delays.get(request.path, 0))
        return self.answers.get(request.path, Response(status=204))

    def paths(self):
        """Return where requests went, in their order."""
        with self._lock:
            return [path for path, _, _ in self.seen]

    def service(self, path="/told", **columns):
        """Make a service that wants to be told of statuses at a path."""
        service = ServiceFactory()
        values = {
            "callback_type": "delivery_status",
            "url": self.server.url_for(path),
            "bearer_token": "a token of the service",
        } | columns
        save_versioned(ServiceCallbackApi(service=service, **values), ServiceCallbackApiHistory)
        return service

    def waiting(self, path="/told", **columns):
        """Make an outbox row of a new service."""
        columns.setdefault("payload", {"id": "1"})
        return CallbackDeliveryFactory(service=self.service(path), **columns)


@pytest.fixture
def listener(db, settings, loopback_certificate):
    settings.HTTP_CA_FILE = str(loopback_certificate[0])
    # Threads keep what they have trusted, and processes remember who hung.
    calls.pool.cache_clear()
    module._pace.cache_clear()
    context = server_context(*loopback_certificate)
    with QuickServer(host="127.0.0.1", ssl_context=context, threaded=True) as server:
        found = Listener(server)
        server.expect_request(re.compile(".*")).respond_with_handler(found.handle)
        yield found
    calls.pool().shutdown()
    calls.pool.cache_clear()
