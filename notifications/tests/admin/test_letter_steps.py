"""Letters on the admin site: cancelled and repaired, after a question and with a reason."""

import pytest
from django.test import Client
from django.urls import reverse

from notifications.letters import files as letter_files
from notifications.models import Job, Notification
from notifications.tests.admin.test_job import page_of, text_of, with_rights
from notifications.tests.factories import JobFactory, NotificationFactory
from notify_project import clock
from notify_project.models import AuditEvent
from services.tests.factories import UserFactory
from templates_app.tests.factories import TemplateFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files", "recorded_tasks", "redis")]

WORDS = {
    "cancel": "Cancel",
    "make-pages": "Make pages again",
    "send-again": "Send again",
    "give-up": "Give up",
}
CONFIRMED = {"confirmed": "yes", "reason": "paper jam"}


@pytest.fixture
def staff():
    return UserFactory(support=True)


@pytest.fixture
def signed_in(staff):
    client = Client()
    client.force_login(staff)
    return client


def path_of(row, action="change"):
    page = reverse("admin:notifications_notification_change", args=[row.id])
    return page.replace("/change/", f"/{action}/")


def offered(client, row):
    page = text_of(client.get(path_of(row)))
    return {word for word in WORDS if path_of(row, word) in page}


def test_a_letter_offers_what_can_be_done_to_it(signed_in):
    template = TemplateFactory(letter=True)
    rows = {
        status: NotificationFactory(template=template, status=status, billable_units=1)
        for status in ("created", "pending-virus-check", "technical-failure", "sending")
    }

    assert {status: offered(signed_in, row) for status, row in rows.items()} == {
        "created": {"cancel", "make-pages"},
        "pending-virus-check": {"cancel"},
        "technical-failure": {"send-again", "give-up"},
        "sending": set(),
    }
    long_ago = clock.now().replace(year=2020)
    assert offered(signed_in, NotificationFactory(letter=True, created_at=long_ago)) == {
        "make-pages"
    }
    assert offered(signed_in, NotificationFactory()) == set()
    assert offered(with_rights("view_notification"), rows["created"]) == set()


@pytest.mark.parametrize(
    ("action", "before", "after", "audited"),
    [
        ("cancel", "created", "cancelled", "cancel letter"),
        ("make-pages", "created", "created", "make pages of letter again"),
        ("send-again", "technical-failure", "created", "send letter again"),
        ("give-up", "technical-failure", "permanent-failure", "give letter up"),
    ],
)
def test_each_is_done_once_it_is_confirmed_with_a_reason(
    signed_in, staff, action, before, after, audited
):
    row = NotificationFactory(letter=True, status=before, billable_units=1)
    letter_files.store_pdf(row, b"%PDF")

    asked = [
        text_of(signed_in.get(path_of(row, action))),
        text_of(signed_in.post(path_of(row, action), {"confirmed": "yes", "reason": " "})),
    ]
    unchanged = Notification.objects.get().status
    done = text_of(signed_in.post(path_of(row, action), CONFIRMED, follow=True))

    assert all(f"{WORDS[action]}: letter {row.reference}?" in page for page in asked)
    assert (unchanged, Notification.objects.get().status) == (before, after)
    assert f"{WORDS[action]}: done." in done
    event = AuditEvent.objects.get()
    assert (event.action, event.actor_id, event.reason) == (audited, staff.id, "paper jam")


def test_what_became_impossible_meanwhile_is_said(signed_in):
    row = NotificationFactory(letter=True, status="sending")

    page = text_of(signed_in.post(path_of(row, "cancel"), CONFIRMED, follow=True))

    assert "It is too late to cancel this letter" in page
    assert not AuditEvent.objects.exists()


def test_who_may_only_look_changes_nothing():
    row = NotificationFactory(letter=True)

    answer = with_rights("view_notification").post(path_of(row, "cancel"), CONFIRMED)

    assert answer.status_code == 403
    assert Notification.objects.get().status == "created"


def test_all_letters_of_a_job_are_cancelled(signed_in):
    template = TemplateFactory(letter=True)
    stored = {"job_status": "finished all notifications created"}
    job, texts = JobFactory(template=template, **stored), JobFactory(**stored)
    row = NotificationFactory(template=template, job=job, job_row_number=0)
    path = page_of(job, "cancel-letters")

    shown = [
        page_of(each, "cancel-letters") in text_of(signed_in.get(page_of(each)))
        for each in (job, texts)
    ]
    question = text_of(signed_in.get(path))
    untyped = signed_in.post(path, CONFIRMED).status_code
    done = text_of(signed_in.post(path, CONFIRMED | {"typed": "people.csv"}, follow=True))

    assert shown == [True, False]
    assert "Cancel letters: people.csv?" in question
    assert untyped == 422
    assert "Cancel letters: done." in done
    assert Notification.objects.get(id=row.id).status == "cancelled"
    assert Job.objects.get(id=job.id).job_status == "cancelled"
