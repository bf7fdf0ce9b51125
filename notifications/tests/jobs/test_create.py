import json
import uuid
from datetime import timedelta

import pytest

from notifications.jobs import files as stored_files
from notifications.jobs.create import create_job
from notifications.models import Job
from notifications.tests.jobs.conftest import texts
from notify_project import clock
from notify_project.api.errors import ApiError
from notify_project.models import AuditEvent
from services.models import Service, ServicePermission
from services.senders import archive_sender
from services.tests.factories import (
    ServiceFactory,
    ServiceSmsSenderFactory,
    ServiceUserFactory,
    UserFactory,
)
from templates_app.tests.factories import TemplateFactory
from templates_app.versions import archive_template

pytestmark = pytest.mark.django_db


def test_a_job_begins_with_what_was_found_in_the_file(mailings, recorded_tasks):
    template = TemplateFactory()

    job = mailings.create(texts(3), template, name="Péople.csv")

    assert (job.service_id, job.template_id) == (template.service_id, template.id)
    assert (job.template_version, job.notification_count) == (1, 3)
    assert (job.original_file_name, job.job_status) == ("People.csv", "pending")
    assert [(task.function, task.args, task.queue) for task in recorded_tasks] == [
        ("process_job", (str(job.id),), "jobs")
    ]


def test_the_file_lies_under_the_name_of_its_service_with_its_metadata(mailings, files):
    template = TemplateFactory()

    uploaded = mailings.upload("\ufeffphone number;x,phone number,name\n1,07900900123,Jo", template)

    folder = files / "jobs" / f"service-{template.service_id}-notify"
    assert sorted(path.name for path in folder.iterdir()) == [
        f"{uploaded.job_id}.csv",
        f"{uploaded.job_id}.json",
    ]
    assert (folder / f"{uploaded.job_id}.csv").read_text().endswith("\n1,07900900123,Jo\n")
    metadata = json.loads((folder / f"{uploaded.job_id}.json").read_text())
    assert metadata.pop("uploaded_at")
    assert metadata == {
        "notification_count": 1,
        "international_count": 0,
        "template_id": str(template.id),
        "template_version": 1,
        "original_file_name": "people.csv",
        "valid": True,
        "sender_id": None,
    }


def test_a_file_that_cannot_be_sent_is_not_stored(mailings, files):
    uploaded = mailings.upload("phone number,name\nabc,Jo")

    assert uploaded.refusal.details == ("fix 1 phone number",)
    assert list(files.rglob("*.csv")) == []


def test_the_same_file_is_not_sent_twice_a_day(mailings):
    template = TemplateFactory()
    job = mailings.create(texts(1), template)

    assert mailings.upload(texts(1), template).refusal.code == "already-sent-today"
    Job.objects.filter(id=job.id).update(job_status="cancelled")
    assert mailings.upload(texts(1), template).refusal is None


def test_creating_a_job_twice_returns_the_first(mailings, recorded_tasks):
    job = mailings.create(texts(1))

    again = create_job(job.service_id, job.id, scheduled_for=clock.now() + timedelta(days=1))

    assert (again.id, again.job_status, again.scheduled_for) == (job.id, "pending", None)
    assert len(recorded_tasks) == 1


def test_a_job_of_another_service_is_not_found(mailings):
    job = mailings.create(texts(1))

    with pytest.raises(ApiError) as refused:
        create_job(ServiceFactory().id, job.id)

    assert refused.value.status_code == 404


def test_a_scheduled_job_waits(mailings, recorded_tasks):
    at = clock.now() + timedelta(days=6)

    job = mailings.create(texts(1), scheduled_for=at)

    assert (job.job_status, job.scheduled_for) == ("scheduled", at)
    assert recorded_tasks == []


@pytest.mark.parametrize(
    ("ahead", "message"),
    [
        (timedelta(seconds=-1), "Date cannot be in the past"),
        (timedelta(days=7, seconds=9), "Date cannot be more than 7 days in the future"),
    ],
)
def test_a_time_out_of_reach_is_refused(mailings, ahead, message):
    uploaded = mailings.upload(texts(1), template := TemplateFactory())

    with pytest.raises(ApiError) as refused:
        create_job(template.service_id, uploaded.job_id, scheduled_for=clock.now() + ahead)

    assert refused.value.older_message == {"scheduled_for": [message]}
    assert not Job.objects.exists()


def refusal_after(mailings, template, *, sender_id=None, text=None):
    uploaded = mailings.upload(text or texts(1), template, sender_id=sender_id)
    return lambda: create_job(template.service_id, uploaded.job_id)


def require_refused(call, status_code, message):
    with pytest.raises(ApiError) as refused:
        call()
    assert (refused.value.status_code, refused.value.older_message) == (status_code, message)
    assert not Job.objects.exists()


def test_an_inactive_service_creates_no_job(mailings):
    template = TemplateFactory()
    create = refusal_after(mailings, template)
    Service.objects.filter(id=template.service_id).update(active=False)

    require_refused(create, 403, "Create job is not allowed: service is inactive ")


def test_an_archived_template_makes_no_job(mailings):
    template = TemplateFactory()
    create = refusal_after(mailings, template)
    archive_template(template, actor=None)

    require_refused(create, 400, {"template": ["Template has been deleted"]})


def test_a_channel_that_the_service_lost_makes_no_job(mailings):
    template = TemplateFactory()
    create = refusal_after(mailings, template)
    ServicePermission.objects.filter(service=template.service_id).delete()

    require_refused(create, 400, "Service is not allowed to send text messages")


def test_letters_of_a_service_that_went_back_to_trial_mode_make_no_job(mailings):
    template = TemplateFactory(letter=True)
    text = "address line 1,address line 2,postcode,name\nJo,1 High St,SW1A 2AA,Jo"
    create = refusal_after(mailings, template, text=text)
    Service.objects.filter(id=template.service_id).update(restricted=True)

    message = "Create letter job is not allowed for service in trial mode "
    require_refused(create, 403, message)


def test_a_sender_that_was_archived_since_makes_no_job(mailings):
    template = TemplateFactory()
    other = ServiceSmsSenderFactory(service=template.service)
    create = refusal_after(mailings, template, sender_id=other.id)
    archive_sender(other)

    message = (
        f"sms_sender_id {other.id} does not exist in database for service id {template.service_id}"
    )
    require_refused(create, 400, message)


@pytest.mark.parametrize("kind", ["sms", "email", "letter"])
def test_a_file_for_a_sender_of_another_service_is_not_stored(mailings, files, kind):
    template = TemplateFactory(**({} if kind == "sms" else {kind: True}))
    other = ServiceSmsSenderFactory(service=ServiceFactory())

    with pytest.raises(ApiError, match=r"does not exist in database|no sender to choose"):
        mailings.upload(texts(1), template, sender_id=other.id)

    assert list(files.rglob("*.csv")) == []


def test_who_uploads_and_who_sends_is_in_the_audit_without_the_name_of_the_file(mailings):
    template, actor = TemplateFactory(), UserFactory()
    uploaded = mailings.upload(texts(2), template, name="Jo Smith.csv", actor=actor)

    job = create_job(template.service_id, uploaded.job_id, actor=actor)
    create_job(template.service_id, uploaded.job_id, actor=actor)

    events = AuditEvent.objects.order_by("created_at")
    assert [(event.action, event.subject_id, event.actor) for event in events] == [
        ("upload recipients", str(job.id), actor),
        ("create job", str(job.id), actor),
    ]
    assert {event.service_id for event in events} == {template.service_id}
    assert events[1].after == {
        "template": str(template.id),
        "template_version": 1,
        "notification_count": 2,
        "sender": None,
        "scheduled_for": None,
        "job_status": "pending",
    }
    assert job.created_by == actor
    assert "Jo" not in str([event.after for event in events])


def test_without_a_file_there_is_no_job(mailings):
    service_id = TemplateFactory().service_id

    require_refused(
        lambda: create_job(service_id, uuid.uuid4()), 400, "There is no file of this job"
    )


def test_a_file_that_was_not_found_valid_makes_no_job(mailings, files):
    template = TemplateFactory()
    uploaded = mailings.upload(texts(1), template)
    [path] = files.rglob("*.json")
    path.write_text(json.dumps({**json.loads(path.read_text()), "valid": False}))

    require_refused(
        lambda: create_job(template.service_id, uploaded.job_id),
        400,
        "File is not valid, can't create job",
    )


def test_metadata_comes_back_as_it_was_stored(mailings):
    template = TemplateFactory()
    sender = ServiceSmsSenderFactory(service=template.service)
    uploaded = mailings.upload(texts(2), template, sender_id=sender.id)

    metadata = stored_files.read_metadata(template.service_id, uploaded.job_id)

    assert (metadata.template_id, metadata.sender_id) == (template.id, sender.id)
    assert metadata.uploaded_at.tzinfo is not None


def test_strangers_are_refused_in_trial_mode(mailings):
    template = TemplateFactory(service=ServiceFactory(trial=True))
    ServiceUserFactory(service=template.service, user__mobile_number="+447900000000")

    assert mailings.upload(texts(1), template).refusal is None
    assert mailings.upload(texts(2), template).refusal.code == "outside-team"


@pytest.mark.django_db(transaction=True)
def test_without_a_queue_the_job_is_there_all_the_same(mailings, monkeypatch, caplog):
    monkeypatch.setattr("notify_project.queues.intercept", None)

    job = mailings.create(texts(1))

    assert Job.objects.get().id == job.id
    assert "could not be queued; the schedule finds it" in caplog.text
