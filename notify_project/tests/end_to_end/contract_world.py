"""Store what the contract's cases name, and print its ids and secrets as JSON.

Runs as a process of its own, with the environment of the platform that the cases call.
"""

import json
import sys
import uuid
from datetime import timedelta

import django

django.setup()

# Models exist from here on.
from django.conf import settings  # noqa: E402
from django.db import transaction  # noqa: E402

from notifications.letters.files import store_pdf  # noqa: E402
from notifications.models import Notification  # noqa: E402
from notifications.tests.factories import InboundSmsFactory, NotificationFactory  # noqa: E402
from notifications.tests.world import add_service, build  # noqa: E402
from notify_project import clock  # noqa: E402
from notify_project.versioning import save_versioned  # noqa: E402
from services.models import (  # noqa: E402
    ServiceCallbackApi,
    ServiceCallbackApiHistory,
    ServiceLetterContact,
)
from services.tests.factories import ApiKeyFactory, ServiceFactory, UserFactory  # noqa: E402
from templates_app.tests.factories import TemplateFactory  # noqa: E402
from templates_app.versions import archive_template, update_template  # noqa: E402

LISTED = 256
# One service for each way in which a listener can answer; they are the paths of its URLs.
LISTENERS = ("always_failing", "not_found", "slow", "willing")


def store(listener_url: str) -> dict[str, dict]:
    """Store the world and return what a caller must know of it."""
    with transaction.atomic():
        world = build()
        _keys(world)
        _templates_endpoints(world)
        _files_and_unsubscribing(world)
        _received_texts(world)
        _many_messages(world)
        _listeners(world, listener_url)
        _keep_waiting()
    for name in ("N_LETTER_DELIVERED", "N_LETTER_INVALID"):
        store_pdf(world.rows[name], b"%PDF-1.4 a letter")
    keys = {
        name: {"service_id": str(key.service_id), "secret": key.secret}
        for name, key in world.keys.items()
    }
    return {"ids": world.ids | _urls(), "keys": keys}


def _urls():
    return {
        "DOCS_URL": settings.DOCUMENTATION_URL,
        "TRIAL_URL": settings.TRIAL_MODE_URL,
        "WEB_URL": settings.ADMIN_URL,
        "API_URL": settings.API_HOST_URL,
    }


def _keys(world):
    other = world.rows["S_OTHER"]
    world.keys["K_REVOKED"] = ApiKeyFactory(service=other, revoked=True)
    ten_days_ago = clock.now() - timedelta(days=10)
    world.keys["K_FORGOTTEN"] = ApiKeyFactory(service=other, expiry_date=ten_days_ago)
    add_service(world, "ARCHIVED", "sms", active=False)
    world.add("S_NOKEYS", ServiceFactory())


def _templates_endpoints(world):
    service = add_service(world, "TPL", "email", "sms", "letter")
    author = UserFactory()

    def template(name, **columns):
        return TemplateFactory(name=name, service=service, created_by=author, **columns)

    contact = ServiceLetterContact.objects.create(service=service, contact_block="1 Road\n((ref))")
    first = "v1 ((name)) ((First Name)) ((over18??adult)) ((NAME))"
    text = update_template(template("b", content=first), actor=author, content="v2 ((name))")
    letter = {"letter": True, "subject": "L ((x))", "content": "LB", "postage": "first"}
    world.add("TT_SMS", text)
    world.add("TT_EMAIL", template("a", email=True, subject="S ((s))", content="B ((b))"))
    world.add("TT_LETTER", template("c", service_letter_contact=contact, **letter))
    world.add("TT_ARCHIVED", archive_template(template("d", content="old"), actor=author))


def _files_and_unsubscribing(world):
    without = add_service(world, "NOFILES", "email")
    plain = {"email": True, "subject": "Subj", "content": "Plain"}
    world.add("T_EMAIL_NOFILES", TemplateFactory(service=without, **plain))
    live = world.rows["S_LIVE"]
    world.add(
        "T_EMAIL_UNSUBSCRIBE", TemplateFactory(service=live, has_unsubscribe_link=True, **plain)
    )


def _received_texts(world):
    for name, content, minutes in (("I_OLD", "one", 20), ("I_NEW", "two", 10)):
        created_at = clock.now() - timedelta(minutes=minutes)
        service = world.rows["S_READ"]
        world.add(name, InboundSmsFactory(service=service, content=content, created_at=created_at))


def _many_messages(world):
    service = add_service(world, "PAGES", "sms")
    template = TemplateFactory(service=service)
    started = clock.now() - timedelta(hours=1)
    Notification.objects.bulk_create(
        NotificationFactory.build(
            id=uuid.uuid4(),
            template=template,
            status="delivered",
            created_at=started + timedelta(seconds=number),
        )
        for number in range(LISTED)
    )


def _listeners(world, listener_url):
    for path in LISTENERS:
        name = f"TOLD_{path.upper()}"
        service = add_service(world, name, "sms")
        world.add(f"T_SMS_{name}", TemplateFactory(service=service, content="Plain"))
        callback = ServiceCallbackApi(
            service=service,
            callback_type="delivery_status",
            url=f"{listener_url}/{path}",
            bearer_token="a token of the service",
        )
        save_versioned(callback, ServiceCallbackApiHistory)


def _keep_waiting():
    """Let no worker take the messages that the reading cases want to find as they are."""
    tomorrow = clock.now() + timedelta(days=1)
    Notification.objects.filter(status="created").update(next_attempt_at=tomorrow)


if __name__ == "__main__":
    json.dump(store(sys.argv[1]), sys.stdout)
