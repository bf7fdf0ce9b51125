"""Cancelling and repairing letters: every role, and what is answered."""

import pytest

from notifications.letters import files as letter_files
from notifications.models import Job, Notification
from notifications.tests.factories import JobFactory, NotificationFactory
from services.api.management.viewsets import PLATFORM
from services.tests.api.management.client import member, support
from services.tests.api.management.matrix import EachOperation, below
from services.tests.factories import ServiceFactory
from templates_app.tests.factories import TemplateFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded_tasks", "files", "redis")]
WHY = {"reason": "paper jam"}


class World:
    """A service with letters of which each can be dealt with in one way."""

    def __init__(self):
        self.template = TemplateFactory(letter=True)
        self.service = self.template.service
        self.waiting = NotificationFactory(template=self.template, billable_units=1)
        self.failed = NotificationFactory(
            template=self.template, status="technical-failure", billable_units=1
        )
        letter_files.store_pdf(self.failed, b"%PDF")
        self.job = JobFactory(
            template=self.template, job_status="finished all notifications created"
        )
        NotificationFactory(template=self.template, job=self.job, job_row_number=0)


def of_letter(name, action):
    return lambda world: below(world, f"notifications/{getattr(world, name).id}/{action}")


OPERATIONS = {
    "service-letter-cancel": ("post", of_letter("waiting", "cancel"), {}, "send_letters"),
    "service-letter-make_pages": ("post", of_letter("waiting", "make-pages"), WHY, PLATFORM),
    "service-letter-send_again": ("post", of_letter("failed", "send-again"), WHY, PLATFORM),
    "service-letter-give_up": ("post", of_letter("failed", "give-up"), WHY, PLATFORM),
    "service-job-cancel_letter_job": (
        "post",
        lambda world: below(world, f"job/{world.job.id}/cancel-letter-job"),
        {},
        "send_letters",
    ),
}


@pytest.mark.parametrize("name", sorted(OPERATIONS))
class TestEachOperation(EachOperation):
    operations = OPERATIONS
    make_world = World


def test_who_cancels_a_letter_is_told_how_it_stands_and_not_whose_it_is():
    world = World()
    caller = member(world.service, "send_letters")

    status, answer = caller.post(of_letter("waiting", "cancel")(world), {"reason": "typo"})

    assert status == 200
    assert answer.pop("updated_at")
    assert answer == {
        "id": str(world.waiting.id),
        "status": "cancelled",
        "failure_reason": None,
        "billable_units": 0,
    }


def test_what_is_refused_is_worded():
    world = World()
    text = NotificationFactory(template=TemplateFactory(service=world.service))
    asked = {
        f"notifications/{text.id}/cancel": {},
        f"notifications/{world.failed.id}/cancel": {},
        f"notifications/{world.waiting.id}/give-up": WHY,
        f"notifications/{world.waiting.id}/make-pages": {},
        f"job/{world.job.id}/cancel-letter-job": {},
    }
    Job.objects.update(job_status="in progress")

    answers = [support().post(below(world, path), body) for path, body in asked.items()]

    assert [status for status, _ in answers] == [400] * 5
    assert [answer["message"] for _, answer in answers] == [
        "This is not a letter: only letters can be cancelled",
        "A letter that is technical-failure is not printed, and cannot be cancelled",
        "Only a letter in technical-failure: this one is created",
        {"reason": ["This field is required."]},
        "We are still processing these letters, please try again in 5 minutes.",
    ]


def test_letters_of_others_are_not_there():
    world, elsewhere = World(), ServiceFactory()

    status, _ = support().post(f"/service/{elsewhere.id}/notifications/{world.waiting.id}/cancel")

    assert status == 404
    assert not Notification.objects.filter(status="cancelled").exists()
