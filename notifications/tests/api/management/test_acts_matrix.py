"""Holds, acts on messages and bulk actions: every role."""

from datetime import timedelta

import pytest

from notifications.support import bulk
from notifications.support.holding import hold
from notifications.tests.factories import CallbackDeliveryFactory, NotificationFactory
from notify_project import clock
from services.api.management.viewsets import PLATFORM
from services.tests.api.management.matrix import EachOperation, below
from services.tests.factories import ServiceFactory
from templates_app.tests.factories import TemplateFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded_tasks", "files", "redis")]

REASON = {"reason": "an incident"}
HOUR = timedelta(hours=1)


class World:
    """A service with a message that waits, another's hold, and bulk actions."""

    def __init__(self):
        self.service = ServiceFactory()
        template = TemplateFactory(service=self.service)
        now = clock.now()
        self.message = NotificationFactory(template=template, next_attempt_at=now + HOUR)
        CallbackDeliveryFactory(
            service=self.service,
            subject_id=self.message.id,
            state="given-up",
            created_at=now - HOUR,
            finished_at=now - HOUR,
        )
        self.hold = hold("lane", "bulk", actor=None, reason="an incident")
        which = {"service_id": self.service.id, "since": now - HOUR}
        self.counted, self.counting = (
            bulk.begin("send-now", actor=None, reason="an incident", **which) for _ in range(2)
        )
        bulk.run(self.counted.id, until=now + HOUR)
        self.since = clock.api_time(now - HOUR)


def message(act):
    return lambda w: below(w, f"notifications/{w.message.id}/{act}")


OPERATIONS = {
    "hold-list": ("get", lambda w: "/holds", None, PLATFORM),
    "hold-retrieve": ("get", lambda w: f"/holds/{w.hold.id}", None, PLATFORM),
    "hold-create": (
        "post",
        lambda w: "/holds",
        {"kind": "lane", "key": "normal", **REASON},
        PLATFORM,
    ),
    "hold-release": ("post", lambda w: f"/holds/{w.hold.id}/release", REASON, PLATFORM),
    "service-act-send_now": ("post", message("send-now"), REASON, PLATFORM),
    "service-act-fail": ("post", message("fail"), REASON, PLATFORM),
    "service-act-tell_again": ("post", message("tell-again"), REASON, PLATFORM),
    "bulk-action-list": ("get", lambda w: "/bulk-actions", None, PLATFORM),
    "bulk-action-retrieve": ("get", lambda w: f"/bulk-actions/{w.counted.id}", None, PLATFORM),
    "bulk-action-create": (
        "post",
        lambda w: "/bulk-actions",
        lambda w: {
            "act": "fail",
            "service_id": str(w.service.id),
            "since": w.since,
            **REASON,
        },
        PLATFORM,
    ),
    "bulk-action-start": (
        "post",
        lambda w: f"/bulk-actions/{w.counted.id}/start",
        {"count": 1, **REASON},
        PLATFORM,
    ),
    "bulk-action-stop": (
        "post",
        lambda w: f"/bulk-actions/{w.counting.id}/stop",
        REASON,
        PLATFORM,
    ),
}


@pytest.mark.parametrize("name", sorted(OPERATIONS))
class TestEachOperation(EachOperation):
    operations = OPERATIONS
    make_world = World
