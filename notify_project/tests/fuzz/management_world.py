"""Store what the management API is asked about, and print its ids and a token as JSON.

Runs as a process of its own, with the environment of the platform that is asked.
"""

import json
import sys
from datetime import timedelta

import django

django.setup()

# Models exist from here on.
from django.db import transaction  # noqa: E402

from notifications.letters.files import store_pdf  # noqa: E402
from notifications.models import Job, ReturnedLetter  # noqa: E402
from notifications.suppression.entries import suppress  # noqa: E402
from notifications.tests.factories import (  # noqa: E402
    CallbackDeliveryFactory,
    InboundSmsFactory,
    JobFactory,
    NotificationFactory,
)
from notifications.tests.jobs.conftest import Mailings, texts  # noqa: E402
from notify_project import clock  # noqa: E402
from notify_project.tests.end_to_end.clients_world import small_pdf  # noqa: E402
from services import api_keys, members, personal_tokens, senders  # noqa: E402
from services.callbacks import set_callback  # noqa: E402
from services.retention import set_retention  # noqa: E402
from services.tests.factories import (  # noqa: E402
    InboundNumberFactory,
    OrganisationFactory,
    ServiceFactory,
    UserFactory,
)
from templates_app.models import TemplateChange  # noqa: E402
from templates_app.tests.factories import TemplateFactory  # noqa: E402
from templates_app.versions import update_template  # noqa: E402

# Of each kind of thing that can be ended for good: each may be ended once.
SPENT = 20
TOKEN_NAME = "fuzz"
FIRST_NUMBER = 100_000


def store() -> dict[str, object]:
    """Store a service with several of everything, and services that may be archived."""
    # Another world may be in this database already, whose names begin at 0.
    for each in (OrganisationFactory, ServiceFactory, TemplateFactory, UserFactory):
        each.reset_sequence(FIRST_NUMBER)
    # Named like the token, so that neither is ended by what is asked.
    staff = UserFactory(platform_admin=True, name=TOKEN_NAME)
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
        suppress(service, f"gone-{number}@example.org", actor=None, reason="asked us to")
        InboundNumberFactory()
        InboundNumberFactory(service=ServiceFactory())
    made = [
        TemplateFactory(service=service, **kind) for kind in ({}, {"email": True}, {"letter": True})
    ]
    for template in made:
        sent = NotificationFactory(template=template, status="delivered")
        if sent.notification_type == "letter":
            store_pdf(sent, small_pdf())
        update_template(template, actor=staff, as_operator=True, content="Hello ((name))")
        set_retention(service, template.template_type, 30, actor=None)
    InboundSmsFactory(service=service)
    _bring_letters_back(made[2])
    _tell_of_calls(service)
    _propose_changes(service)
    token = personal_tokens.issue(staff, TOKEN_NAME, actor=None, scope="write")
    return {
        "token": token.shown_once,
        "spared": [str(token.token.id), str(staff.id)],
        "service": str(service.id),
        "organisation": str(OrganisationFactory().id),
        "to_archive": [str(ServiceFactory().id) for _ in range(SPENT)],
        "template": str(made[0].id),
        "uploads": _send_files(made[0]),
        **_send_letters(made[2]),
        "newcomers": [person.email_address for person in people[SPENT:]],
    }


def _tell_of_calls(service):
    set_callback(service, "delivery_status", url="https://8.8.8.8/told", token="a" * 20, actor=None)
    earlier = clock.now() - timedelta(hours=1)
    for _ in range(3):
        CallbackDeliveryFactory(
            service=service, state="given-up", created_at=earlier, finished_at=earlier
        )


def _bring_letters_back(template):
    for _ in range(3):
        letter = NotificationFactory(template=template, status="returned-letter")
        ReturnedLetter.objects.create(
            notification_id=letter.id,
            service=template.service,
            reported_at=clock.london_today(),
        )


def _propose_changes(service):
    proposed = {"name": "Code", "template_type": "sms", "content": "Code ((code))"}
    for state in ("draft", "in-review", "approved"):
        for _ in range(SPENT):
            TemplateChange.objects.create(
                service=service, kind="create", state=state, proposed=proposed
            )


def _send_letters(template) -> dict[str, list[str]]:
    """Store letters that wait, that failed here, and jobs of letters; of none are there pages."""
    rows = {
        status: [NotificationFactory(template=template, status=status) for _ in range(SPENT)]
        for status in ("created", "technical-failure")
    }
    jobs = [
        JobFactory(template=template, job_status="finished all notifications created")
        for _ in range(SPENT)
    ]
    for job in jobs:
        NotificationFactory(template=template, job=job, job_row_number=0)
    return {
        "letters_waiting": [str(row.id) for row in rows["created"]],
        "letters_failed": [str(row.id) for row in rows["technical-failure"]],
        "letter_jobs": [str(job.id) for job in jobs],
    }


def _send_files(template) -> list[str]:
    """Store jobs that can be steered in each way, and files of which there is no job yet."""
    mailings, later = Mailings(), clock.now() + timedelta(days=1)
    for state in ("scheduled", "in progress", "paused"):
        for number in range(SPENT):
            name = f"{state} {number}.csv"
            job = mailings.create(texts(1), template, name=name, scheduled_for=later)
            # Of one that is at work, nobody must think that it stands still.
            Job.objects.filter(id=job.id).update(job_status=state, heartbeat_at=later)
    uploads = [mailings.upload(texts(1), template, f"stored {n}.csv") for n in range(SPENT)]
    return [str(each.job_id) for each in uploads]


if __name__ == "__main__":
    with transaction.atomic():
        stored = store()
    json.dump(stored, sys.stdout)
