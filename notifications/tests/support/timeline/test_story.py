"""What happened to a message, step by step."""

import json
import uuid
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from freezegun import freeze_time

from notifications.models import (
    BulkAction,
    CallbackAttempt,
    Complaint,
    DeliveryEvent,
    LetterCheck,
    LetterPrintBatch,
    LetterPrintEntry,
    Notification,
    RejectedPrintJob,
    ReturnedLetter,
)
from notifications.support.timeline.ahead import deleted_at, gives_up_at
from notifications.support.timeline.facts import find_message
from notifications.support.timeline.story import find_story, story_of
from notifications.tests.factories import (
    CallbackDeliveryFactory,
    JobFactory,
    NotificationFactory,
)
from notify_project import audit, clock
from notify_project.models import AuditEvent
from services.retention import set_retention
from services.tests.api.management.client import member, support
from services.tests.factories import ApiKeyFactory, ServiceFactory, UserFactory
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 6, 1, 11, tzinfo=UTC)


def after(seconds):
    return NOON + timedelta(seconds=seconds)


def told(row):
    return [(step.at, step.what) for step in find_story(row.id).steps]


@pytest.fixture
def failed():
    """Give a text that one provider did not take, and that had no recipient."""
    template = TemplateFactory()
    row = NotificationFactory(
        template=template, api_key=ApiKeyFactory(service=template.service, name="Desk"),
        status="permanent-failure", created_at=NOON, sent_at=after(3), updated_at=after(60),
        sent_by="firetext", delivery_attempts=2, billable_units=2,
    )  # fmt: skip
    kept = {"notification_id": row.id, "is_applied": True}
    DeliveryEvent.objects.create(
        at=after(1.2), kind="attempt", attempt=1, provider="mmg", outcome="not-taken", code="503",
        raw="503 busy", duration_ms=812, **kept,
    )  # fmt: skip
    DeliveryEvent.objects.create(
        at=after(60), kind="receipt", provider="firetext", outcome="permanent-failure",
        code="1/201", **kept,
    )  # fmt: skip
    return row


def test_the_way_of_a_text_is_told_in_order_with_the_time_between(failed):
    steps = find_story(failed.id).steps

    assert [step.what for step in steps] == [
        "Accepted",
        "Attempt 1: mmg did not take it: it was surely not sent",
        "firetext took it, at attempt 2",
        "firetext reports: permanent-failure",
        "Not delivered: there is no such number",
        "It is deleted, after 7 days; history keeps that there was a message",
    ]
    between = [step.after for step in steps]
    seconds = [1.2, 1.8, 57, 0]
    assert between == [None, *(timedelta(seconds=each) for each in seconds), None]
    assert steps[0].details == (
        "By the API, with the normal key “Desk”",
        "Queued in the lane normal",
    )
    assert steps[1].details == ("Code 503", "The call took 812 ms")
    assert (steps[1].raw, steps[2].details) == ("503 busy", ("2 fragments",))


def test_receipts_that_changed_nothing_and_words_that_nobody_knows_are_told():
    row = NotificationFactory(status="delivered", created_at=NOON, updated_at=after(5))
    for at, outcome in ((6, "permanent-failure"), (7, "unknown")):
        DeliveryEvent.objects.create(
            notification_id=row.id, at=after(at), kind="receipt", provider="mmg", outcome=outcome,
            is_applied=False,
        )  # fmt: skip

    assert told(row)[1:4] == [
        (after(5), "Delivered"),
        (after(6), "mmg reports: permanent-failure, which changed nothing"),
        (after(7), "mmg reports something that nobody here knows, which changed nothing"),
    ]


def test_a_row_of_a_file_and_a_person_who_sent_one_are_named():
    job = JobFactory(original_file_name="people.csv")
    of_job = NotificationFactory(template=job.template, job=job, job_row_number=3)
    of_person = NotificationFactory(created_by=UserFactory(name="Asha"))

    assert find_story(of_job.id).steps[0].details[0] == "Row 5 of people.csv"
    assert find_story(of_person.id).steps[0].details[0] == "Sent by Asha on a page"


def test_what_the_service_was_told_is_told_with_each_failure(failed):
    call = CallbackDeliveryFactory(
        service=failed.service, subject_id=failed.id, event_key="permanent-failure", state="done",
        attempts=2, last_response_code=204, created_at=after(60), finished_at=after(361),
    )  # fmt: skip
    for number, code in ((1, 502), (2, 204)):
        CallbackAttempt.objects.create(
            delivery=call, attempt=number, began_at=after(number * 61), duration_ms=9,
            response_code=code, error="",
        )  # fmt: skip

    calls = [step for step in find_story(failed.id).steps if step.kind == "callback"]

    assert [(step.what, step.details) for step in calls] == [
        (
            "The service could not be told: permanent-failure",
            ("Attempt 1: answered 502 after 9 ms",),
        ),
        ("The service was told: permanent-failure", ("2 attempts, the answer was 204",)),
    ]


def test_a_complaint_is_part_of_the_story():
    row = NotificationFactory(email=True, status="delivered", created_at=NOON, updated_at=after(1))
    Complaint.objects.create(
        notification_id=row.id, service=row.service, provider="ses", created_at=after(9)
    )

    story = find_story(row.id)

    assert "ses says: the recipient called it spam" in [step.what for step in story.steps]
    assert "called it spam" in story.why.sentence


def test_staff_are_told_what_staff_did_and_services_are_not(failed):
    actor = UserFactory(name="Asha", platform_admin=True)
    audit.record("retry", failed, actor=actor, after={"status": "created"}, reason="asked")

    [step] = [step for step in find_story(failed.id).steps if step.kind == "staff"]

    others = story_of(find_message(failed.id), with_acts=False).steps
    assert (step.what, step.details) == ("Asha: retry", ("status: created", "Reason: asked"))
    assert all(step.kind != "staff" for step in others)


def test_a_bulk_action_stands_in_the_timeline_of_what_lies_within_it(failed):
    actor = UserFactory(name="Asha", platform_admin=True)
    within = {"since": failed.created_at, "until": failed.created_at + timedelta(minutes=1)}
    begun = {"act": "fail", "actor": actor, "started_at": clock.now(), "found": 3, "done": 2}
    for reason, others in {
        "it is theirs": {"service": failed.service},
        "another kind": {"service": failed.service, "notification_type": "letter"},
        "another service": {"service": ServiceFactory()},
        "another template": {"template_id": uuid.uuid4()},
        "another provider": {"provider": "nobody"},
        "another time": {
            "service": failed.service,
            "since": within["until"],
            "until": within["until"] + timedelta(minutes=1),
        },
        "never begun": {"service": failed.service, "started_at": None},
    }.items():
        BulkAction.objects.create(**within | begun | {"reason": reason} | others)

    [step] = [step for step in find_story(failed.id).steps if step.kind == "staff"]

    assert step.what == "Asha: bulk action, Mark as failed"
    assert step.details == (
        "It changed 2 of the 3 messages that it was for; this one lies within its filter",
        "Reason: it is theirs",
    )


def test_the_way_of_a_letter_to_the_printer_and_back():
    row = NotificationFactory(
        letter=True, status="returned-letter", created_at=NOON, sent_at=after(30),
        updated_at=after(90), sent_by="dvla", billable_units=2,
    )  # fmt: skip
    LetterCheck.objects.create(
        notification_id=row.id, is_clean=True, page_count=3, checked_at=after(5)
    )
    batch = LetterPrintBatch.objects.create(
        provider="dvla", print_day=NOON.date(), letter_count=7, sheet_count=14, state="uploaded",
        created_at=after(20), uploaded_at=after(30),
    )  # fmt: skip
    LetterPrintEntry.objects.create(batch=batch, notification_id=row.id, reference=row.reference)
    RejectedPrintJob.objects.create(
        job_id=uuid.uuid4(), notification_id=row.id, created_at=after(25)
    )
    ReturnedLetter.objects.create(
        notification_id=row.id, service=row.service, reported_at=NOON.date(), created_at=after(90)
    )

    assert [what for _, what in told(row)] == [
        "Accepted",
        "Its PDF was checked, and is good",
        "Planned for dvla in a batch of 7 letters",
        "The printer refused a job of it",
        "dvla took it",
        "The batch is with dvla",
        "Returned",
        "Reported as brought back on 1 June 2026",
        "It is deleted, after 7 days; history keeps that there was a message",
    ]


def test_what_history_keeps_is_told_with_its_origin(failed):
    Notification.objects.filter(id=failed.id).delete()

    assert [what for _, what in told(failed)] == [
        "Accepted",
        "Attempt 1: mmg did not take it: it was surely not sent",
        "firetext took it",
        "firetext reports: permanent-failure",
        "Not delivered: there is no such number",
    ]


def test_the_end_follows_the_retention_of_the_service_and_the_nights_of_london():
    row = NotificationFactory(status="delivered", created_at=NOON, updated_at=after(1))
    set_retention(row.service, "sms", 3, actor=None)

    assert told(row)[-1][0] == deleted_at(NOON, 3)
    assert f"{deleted_at(NOON, 3)}" == "2026-06-05 03:00:00+01:00"
    assert f"{gives_up_at(NOON)}" == "2026-06-05 00:05:00+01:00"
    assert f"{gives_up_at(datetime(2026, 6, 1, 23, 2, tzinfo=UTC))}" == "2026-06-05 00:05:00+01:00"


def test_nothing_personal_is_told(failed):
    story = find_story(failed.id)

    assert failed.to not in repr(story.steps) + repr(story.why)
    assert "Jo" not in repr(story.steps)


def test_the_command_tells_the_story_without_personal_data(failed):
    out = StringIO()

    call_command("show_notification", str(failed.id), stdout=out)

    text = out.getvalue()
    assert "Not delivered: there is no such number (permanent-failure). Since" in text
    assert "1 June 2026 at 12:00:01  Attempt 1: mmg did not take it" in text
    assert "503 busy" in text
    assert failed.to not in text
    with pytest.raises(CommandError, match="there is no message"):
        call_command("show_notification", str(uuid.uuid4()))


def test_the_command_shows_what_is_personal_only_with_a_reason_that_is_kept(failed):
    out = StringIO()
    words = ("show_notification", str(failed.id), "--personal-data")

    with pytest.raises(CommandError, match="Say why"):
        call_command(*words, stdout=out)
    before = out.getvalue()
    call_command(*words, "--reason", "asked by the service", stdout=out)

    [event] = AuditEvent.objects.all()
    assert before == ""
    assert f"To: {failed.to}" in out.getvalue()
    assert "name: Jo" in out.getvalue()
    assert (event.action, event.reason) == ("show personal data", "asked by the service")


@freeze_time(NOON)
def test_the_api_tells_members_the_story_and_only_staff_what_providers_said(failed):
    path = f"/service/{failed.service_id}/notifications/{failed.id}/timeline"
    audit.record("retry", failed, actor=None, reason="asked")

    status, theirs = member(failed.service, "view_activity", scope="read").get(path)
    _, ours = support().get(path)

    assert status == 200
    assert theirs["steps"][1] == {
        "at": "2026-06-01T11:00:01.200000Z",
        "kind": "attempt",
        "what": "Attempt 1: mmg did not take it: it was surely not sent",
        "details": ["Code 503", "The call took 812 ms"],
        "tone": "warning",
        "raw": "",
        "seconds_after": 1.2,
    }
    assert theirs.keys() == {"sentence", "advice", "further", "tone", "steps"}
    assert ("503 busy" in json.dumps(ours), "retry" in json.dumps(ours)) == (True, True)
    assert ("503 busy" in json.dumps(theirs), "retry" in json.dumps(theirs)) == (False, False)


def test_a_story_of_another_service_is_not_found(failed):
    other = NotificationFactory()
    caller = member(failed.service, "view_activity", scope="read")

    status, _ = caller.get(f"/service/{failed.service_id}/notifications/{other.id}/timeline")

    assert status == 404
