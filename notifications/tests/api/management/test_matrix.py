"""Operations on calls, received texts and suppressed addresses: every role."""

from datetime import timedelta

import pytest

from notifications.models import ReturnedLetter
from notifications.suppression.entries import suppress
from notifications.tests.factories import (
    CallbackDeliveryFactory,
    InboundSmsFactory,
    NotificationFactory,
)
from notify_project import clock
from services.api.management.viewsets import PLATFORM
from services.callbacks import set_callback
from services.models import ServiceCallbackApi
from services.tests.api.management.matrix import EachOperation, below
from services.tests.factories import ServiceFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded_tasks", "files", "redis")]


class World:
    """A service that is told something, receives texts and suppresses an address."""

    def __init__(self):
        self.service = ServiceFactory()
        set_callback(
            self.service,
            "delivery_status",
            url="https://8.8.8.8/told",
            token="a long token",
            actor=None,
        )
        self.callback = ServiceCallbackApi.objects.get(service=self.service)
        earlier = clock.now() - timedelta(hours=1)
        self.delivery = CallbackDeliveryFactory(
            service=self.service, state="given-up", created_at=earlier, finished_at=earlier
        )
        self.text = InboundSmsFactory(service=self.service)
        letter = NotificationFactory(letter=True, service=self.service, status="delivered")
        self.reference = letter.reference
        ReturnedLetter.objects.create(
            notification_id=letter.id, service=self.service, reported_at=clock.london_today()
        )
        self.entry = suppress(self.service, "jo@example.com", actor=None, reason="asked us to")


def told(world, rest=""):
    return below(world, f"callback/{world.callback.id}/delivery{rest}")


OPERATIONS = {
    "find-create": (
        "post",
        lambda w: "/find",
        {"term": "jo@example.org", "reason": "asked"},
        PLATFORM,
    ),
    "person-find": (
        "post",
        lambda w: "/person/find",
        {"recipients": ["jo@example.org"], "reason": "asked"},
        PLATFORM,
    ),
    "person-erase": (
        "post",
        lambda w: "/person/erase",
        {
            "recipients": ["jo@example.org"],
            "reason": "asked",
            "case_reference": "DP-1",
            "confirm": True,
        },
        PLATFORM,
    ),
    "service-callback-delivery-list": ("get", told, None, "manage_api_keys"),
    "service-callback-delivery-retrieve": (
        "get",
        lambda w: told(w, f"/{w.delivery.id}"),
        None,
        "manage_api_keys",
    ),
    "service-callback-delivery-payload": (
        "get",
        lambda w: told(w, f"/{w.delivery.id}/payload"),
        None,
        ("manage_api_keys", "view_activity"),
    ),
    "service-callback-delivery-replay": (
        "post",
        lambda w: told(w, "/replay"),
        {"state": "given-up", "reason": "their server was down"},
        "manage_api_keys",
    ),
    "service-inbound-sms-list": ("get", lambda w: below(w, "inbound-sms"), None, "view_activity"),
    "service-inbound-sms-retrieve": (
        "get",
        lambda w: below(w, f"inbound-sms/{w.text.id}"),
        None,
        "view_activity",
    ),
    "letters-returned": (
        "post",
        lambda w: "/letters/returned",
        lambda w: {"references": [w.reference]},
        PLATFORM,
    ),
    "service-returned-letter-list": (
        "get",
        lambda w: below(w, f"returned-letters?reported_at={clock.london_today()}"),
        None,
        "view_activity",
    ),
    "service-returned-letter-days": (
        "get",
        lambda w: below(w, "returned-letters/days"),
        None,
        "view_activity",
    ),
    "service-suppression-list": ("get", lambda w: below(w, "suppression"), None, "manage_settings"),
    "service-suppression-retrieve": (
        "get",
        lambda w: below(w, f"suppression/{w.entry.id}"),
        None,
        "manage_settings",
    ),
    "service-suppression-create": (
        "post",
        lambda w: below(w, "suppression"),
        {"email_address": "al@example.com", "reason": "asked us to"},
        "manage_settings",
    ),
    "service-suppression-lift": (
        "post",
        lambda w: below(w, f"suppression/{w.entry.id}/lift"),
        {"reason": "wants them again"},
        "manage_settings",
    ),
}


@pytest.mark.parametrize("name", sorted(OPERATIONS))
class TestEachOperation(EachOperation):
    operations = OPERATIONS
    looks = frozenset(
        {
            "service-callback-delivery-payload",
            "service-inbound-sms-list",
            "service-inbound-sms-retrieve",
        }
    )
    make_world = World
