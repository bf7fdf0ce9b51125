"""Store what the management API is asked about, and print its ids and a token as JSON.

Runs as a process of its own, with the environment of the platform that is asked.
"""

import json
import sys

import django

django.setup()

# Models exist from here on.
from django.db import transaction  # noqa: E402

from notifications.tests.factories import NotificationFactory  # noqa: E402
from services import api_keys, members, personal_tokens, senders  # noqa: E402
from services.tests.factories import (  # noqa: E402
    OrganisationFactory,
    ServiceFactory,
    UserFactory,
)
from templates_app.tests.factories import TemplateFactory  # noqa: E402

# Of each kind of thing that can be ended for good: each may be ended once.
SPENT = 30
TOKEN_NAME = "fuzz"
FIRST_NUMBER = 100_000


def store() -> dict[str, object]:
    """Store a service with several of everything, and services that may be archived."""
    # Another world may be in this database already, whose names begin at 0.
    for each in (OrganisationFactory, ServiceFactory, TemplateFactory, UserFactory):
        each.reset_sequence(FIRST_NUMBER)
    staff = UserFactory(platform_admin=True)
    service = ServiceFactory(permissions=("email", "sms", "letter", "inbound_sms"))
    people = [UserFactory() for _ in range(2 * SPENT)]
    for person in people[:SPENT]:
        members.add_member(service, person, actor=None)
    for number in range(SPENT):
        api_keys.issue(service, f"key {number}", "test", actor=None)
        senders.add_sms_sender(service, f"Sender {number}")
        senders.add_reply_to(service, f"reply-to-{number}@example.org")
        senders.add_letter_contact(service, f"{number} High Street")
        personal_tokens.issue(staff, f"token {number}", actor=None)
    for kind in ({}, {"email": True}, {"letter": True}):
        template = TemplateFactory(service=service, **kind)
        NotificationFactory(template=template, status="delivered")
    token = personal_tokens.issue(staff, TOKEN_NAME, actor=None, scope="write")
    return {
        "token": token.shown_once,
        "service": str(service.id),
        "organisation": str(OrganisationFactory().id),
        "to_archive": [str(ServiceFactory().id) for _ in range(SPENT)],
        "newcomers": [person.email_address for person in people[SPENT:]],
    }


if __name__ == "__main__":
    with transaction.atomic():
        stored = store()
    json.dump(stored, sys.stdout)
