"""Letters that went wrong: their pages made again, sent again, given up."""

import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from notifications.letters import files as letter_files
from notifications.letters.pages import make_pages
from notifications.models import LetterCheck, Notification
from notifications.support.letters import give_up, make_pages_again, send_again
from notifications.tests.factories import JobFactory, NotificationFactory
from notifications.tests.lifecycle.rows import live_and_history
from notify_project import clock
from notify_project.api.errors import BadRequest
from notify_project.models import AuditEvent
from services.tests.factories import ServiceFactory, UserFactory
from templates_app.models import Template
from templates_app.precompiled import precompiled_template
from templates_app.tests.factories import TemplateFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files", "recorded_tasks", "redis")]

ADDRESS = {
    "address_line_1": "Jo Bloggs",
    "address_line_2": "1 High Street",
    "address_line_3": "SW1A 1AA",
}
FAILED = {
    "status": "technical-failure",
    "failure_reason": "rejected",
    "delivery_attempts": 16,
    "sent_by": "dvla",
    "sent_at": clock.now(),
}


def letter(**values):
    template = values.pop("template", None) or TemplateFactory(letter=True, content="Dear Jo")
    return NotificationFactory(template=template, personalisation=ADDRESS, **values)


def pdf_letter(**values):
    template = Template.objects.get(id=precompiled_template(ServiceFactory().id).id)
    return letter(template=template, **values)


def do(change, row, **options):
    change(row, **{"actor": None, "reason": "paper jam", **options})
    live, history = live_and_history(row.id)
    assert live == history
    row.refresh_from_db()
    return row.status, row.billable_units


def refusal_of(change, row, reason="paper jam"):
    before = Notification.objects.values().get(id=row.id)
    with pytest.raises(BadRequest) as refused:
        change(row, actor=None, reason=reason)
    assert Notification.objects.values().get(id=row.id) == before
    assert not AuditEvent.objects.exists()
    return refused.value.message


def test_a_letter_with_its_pages_is_sent_again_as_if_it_had_never_been_tried(recorded_tasks):
    actor, row = UserFactory(support=True), letter(billable_units=3, **FAILED)
    letter_files.store_pdf(row, b"%PDF")

    assert do(send_again, row, actor=actor) == ("created", 3)

    assert (row.failure_reason, row.sent_by, row.sent_at, row.delivery_attempts) == (
        *[None] * 3,
        0,
    )
    event = AuditEvent.objects.get()
    assert (event.action, event.actor_id, event.reason) == (
        "send letter again",
        actor.id,
        "paper jam",
    )
    assert event.before == {"status": "technical-failure", "billable_units": 3}
    assert event.after == {"status": "created", "billable_units": 3}
    assert recorded_tasks == []


@pytest.mark.parametrize("units", [0, 3])
def test_pages_that_are_missing_are_made_first(recorded_tasks, units):
    row = letter(billable_units=units, **FAILED)

    assert do(send_again, row) == ("created", 0)
    assert [task.function for task in recorded_tasks] == ["make_letters"]
    make_pages(is_real=True, until=clock.now() + timedelta(minutes=1))

    row.refresh_from_db()
    assert (row.status, row.billable_units) == ("created", 1)


def test_a_letter_that_came_as_a_pdf_needs_a_checked_one():
    row = pdf_letter(**FAILED)
    assert "scan it again, or give it up" in refusal_of(send_again, row)

    letter_files.store_pdf(row, b"%PDF")
    assert "scan it again, or give it up" in refusal_of(send_again, row)

    LetterCheck.objects.create(notification_id=row.id, page_count=5)
    assert do(send_again, row) == ("created", 3)


def test_what_cannot_be_sent_again_is_told_why():
    cancelled = JobFactory(template=TemplateFactory(letter=True), job_status="cancelled")
    of_job = letter(template=cancelled.template, job=cancelled, job_row_number=0, **FAILED)

    assert "were cancelled" in refusal_of(send_again, of_job)
    assert "this one is created" in refusal_of(send_again, letter())
    assert "test key" in refusal_of(send_again, letter(research=True, **FAILED))
    assert "reference" in refusal_of(send_again, letter(reference="ABC", **FAILED))
    assert "not a letter" in refusal_of(send_again, NotificationFactory(**FAILED))
    assert "Say why" in refusal_of(send_again, letter(**FAILED), reason=" ")


def test_a_letter_is_given_up_for_good():
    row = letter(billable_units=2, **FAILED)

    assert do(give_up, row)[0] == "permanent-failure"

    assert AuditEvent.objects.get().action == "give letter up"
    assert Notification.objects.get().failure_reason == "rejected"


@pytest.mark.parametrize("status", ["created", "sending", "delivered", "permanent-failure"])
def test_only_what_failed_here_is_given_up(status):
    assert f"this one is {status}" in refusal_of(give_up, letter(status=status))


def test_pages_are_made_again_before_the_print_run(recorded_tasks):
    row = letter(billable_units=2)
    letter_files.store_pdf(row, b"broken")

    assert do(make_pages_again, row) == ("created", 0)
    assert [task.function for task in recorded_tasks] == ["make_letters"]
    make_pages(is_real=True, until=clock.now() + timedelta(minutes=1))

    row.refresh_from_db()
    assert (row.status, row.billable_units) == ("created", 1)
    assert letter_files.find_pdf(row).startswith(b"%PDF")


def test_pages_of_what_does_not_wait_or_is_at_work_are_not_made_again():
    in_a_minute = clock.now() + timedelta(minutes=1)
    words = "letter that waits"

    assert words in refusal_of(make_pages_again, letter(status="sending", billable_units=1))
    assert words in refusal_of(make_pages_again, letter(claimed_until=in_a_minute))
    assert "came as a PDF" in refusal_of(make_pages_again, pdf_letter(billable_units=1))


def run(*arguments):
    printed = io.StringIO()
    call_command("repair_letter", *arguments, stdout=printed)
    return printed.getvalue().strip()


def test_the_command_says_how_a_letter_stands_and_repairs_it():
    row = letter(**FAILED)

    assert run(row.reference) == f"{row.id}: technical-failure, rejected, 0 sheets"
    assert run(row.reference.lower(), "--send-again", "--reason=jam") == (
        f"{row.id}: created, 0 sheets"
    )
    assert run(str(row.id), "--pages", "--reason=jam") == f"{row.id}: created, 0 sheets"
    assert run(str(row.id), "--cancel", "--reason=jam") == f"{row.id}: cancelled, 0 sheets"
    actions = AuditEvent.objects.order_by("created_at").values_list("action", flat=True)
    assert list(actions) == ["send letter again", "make pages of letter again", "cancel letter"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["ABCD", "--give-up", "--reason=x"], "there is no letter ABCD"),
        (["{reference}", "--give-up"], "--give-up needs --reason"),
        (["{reference}", "--give-up", "--reason=x"], "this one is created"),
    ],
    ids=["unknown", "no reason", "not failed"],
)
def test_the_command_says_what_is_wrong(arguments, words):
    row = letter()

    with pytest.raises(CommandError, match=words):
        run(*(each.format(reference=row.reference) for each in arguments))
