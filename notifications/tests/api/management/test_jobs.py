"""Jobs of uploaded files: created, looked at, steered, reported."""

import time
from datetime import timedelta

import jwt
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from notifications.jobs.rows import persist_range
from notifications.models import Job, Notification
from notifications.tests.api.management.conftest import upload
from notifications.tests.jobs.conftest import texts
from notify_project import clock
from notify_project.models import AuditEvent
from services.tests.api.management.client import Caller, member
from services.tests.factories import ServiceFactory
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def job_of(mailings, template):
    """Return a function that makes a job of the service in some status."""

    def make(status, rows=1, **columns):
        job = mailings.create(texts(rows), template, name=f"{Job.objects.count()}.csv")
        Job.objects.filter(id=job.id).update(job_status=status, heartbeat_at=clock.now(), **columns)
        job.refresh_from_db()
        return job

    return make


def test_an_uploaded_file_is_sent_once_however_often_it_is_asked_for(
    caller, template, jobs, recorded_tasks
):
    _, uploaded = upload(caller, template, texts(2))

    status, job = caller.post(jobs, {"id": uploaded["id"]})
    again = caller.post(jobs, {"id": uploaded["id"]})

    row = Job.objects.get()
    assert status == 201
    assert job == {
        "id": uploaded["id"],
        "original_file_name": "people.csv",
        "service": str(template.service_id),
        "template": str(template.id),
        "template_name": template.name,
        "template_type": "sms",
        "template_version": 1,
        "job_status": "pending",
        "exact_status": "pending",
        "notification_count": 2,
        "created_at": job["created_at"],
        "updated_at": None,
        "processing_started": None,
        "processing_finished": None,
        "scheduled_for": None,
        "created_by": {"id": str(caller.user.id), "name": caller.user.name},
        "sender_id": None,
        "archived": False,
        "progress": {"total": 2, "stored": 0, "handed_over": 0, "unsendable": 0},
        "statistics": [],
    }
    assert again == (200, job)
    assert [(task.function, task.args) for task in recorded_tasks] == [
        ("process_job", (str(row.id),))
    ]
    assert AuditEvent.objects.get(action="create job").actor == caller.user


def test_a_file_is_sent_later_and_cancelled_before(caller, template, jobs, recorded_tasks):
    _, uploaded = upload(caller, template, texts(1))
    at = (clock.now() + timedelta(days=2)).replace(microsecond=0)

    _, job = caller.post(jobs, {"id": uploaded["id"], "scheduled_for": at.isoformat()})
    status, cancelled = caller.post(f"{jobs}/{job['id']}/cancel", {"reason": "too early"})
    again = caller.post(f"{jobs}/{job['id']}/cancel")

    assert (job["job_status"], job["scheduled_for"]) == ("scheduled", f"{at:%Y-%m-%dT%H:%M:%SZ}")
    assert (status, cancelled["job_status"]) == (200, "cancelled")
    assert again == (
        404,
        {"result": "error", "message": "The job has started or ended already"},
    )
    assert AuditEvent.objects.get(action="cancel job").reason == "too early"
    assert recorded_tasks == []


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            {"scheduled_for": "2020-01-01T09:00:00Z"},
            {"scheduled_for": ["Date cannot be in the past"]},
        ),
        ({"scheduled_for": "soon"}, None),
        ({"id": "x"}, {"id": ["Must be a valid UUID."]}),
        ({"rows": 7}, {"rows": ["There is no such field"]}),
        ([], None),
        ([{}], None),
    ],
    ids=["past", "no time", "no id", "other field", "empty list", "list"],
)  # fmt: skip
def test_a_job_that_cannot_be_is_refused_in_words(caller, template, jobs, body, message):
    _, uploaded = upload(caller, template, texts(1))
    sent = {"id": uploaded["id"]} | body if isinstance(body, dict) else body

    status, answer = caller.ask("post", jobs, sent)

    assert status == 400
    assert message is None or answer["message"] == message
    assert not Job.objects.exists()


def test_nobody_sends_what_another_service_uploaded(caller, template, jobs):
    _, uploaded = upload(caller, template, texts(1))
    other = ServiceFactory()
    stranger = member(other, "send_texts", "send_emails", "send_letters", "view_activity")
    own, theirs = f"/service/{other.id}/job", jobs

    before = [stranger.post(path, {"id": uploaded["id"]}) for path in (own, theirs)]
    caller.post(jobs, {"id": uploaded["id"]})
    after = [stranger.post(path, {"id": uploaded["id"]}) for path in (own, theirs)]
    steered = [stranger.post(f"{path}/{uploaded['id']}/pause")[0] for path in (own, theirs)]

    assert [status for status, _ in before] == [400, 404]
    assert before[0][1]["message"] == "There is no file of this job"
    assert [status for status, _ in after] == [404, 404]
    assert steered == [404, 404]
    assert Job.objects.get().service_id == template.service_id


def test_what_one_may_not_send_one_may_not_steer(template, jobs, job_of):
    caller = member(template.service, "send_emails", "view_activity")
    job = job_of("in progress")

    for action in ("pause", "resume", "cancel"):
        assert caller.post(f"{jobs}/{job.id}/{action}") == (
            403,
            {"result": "error", "message": "The permission send_texts is needed"},
        )
    uploader = member(template.service, "send_texts")
    _, uploaded = upload(uploader, template, texts(1), name="other.csv")
    assert caller.post(jobs, {"id": uploaded["id"]})[0] == 403
    assert uploader.get(jobs)[0] == uploader.get(f"{jobs}/{job.id}/report")[0] == 403


def test_a_job_is_paused_and_goes_on(caller, jobs, job_of, recorded_tasks):
    job = job_of("in progress", rows=3)
    persist_range(job.id, 0, 1)

    status, paused = caller.post(f"{jobs}/{job.id}/pause")
    _, resumed = caller.post(f"{jobs}/{job.id}/resume", {"reason": "fine"})
    refused = caller.post(f"{jobs}/{job.id}/resume")

    assert (status, paused["job_status"], resumed["job_status"]) == (200, "paused", "error")
    assert paused["progress"] == {"total": 3, "stored": 2, "handed_over": 0, "unsendable": 0}
    assert paused["statistics"] == [{"status": "created", "count": 2}]
    assert refused[0] == 400
    assert "cannot be resumed" in refused[1]["message"]
    assert recorded_tasks[-1].function == "resume_job"


def test_lists_show_what_people_sent_by_status_with_constant_questions(caller, jobs, job_of):
    done = job_of("finished all notifications created")
    job_of("pending", original_file_name="Report")
    job_of("pending", original_file_name="Test message")

    def ids(query=""):
        return [row["id"] for row in caller.get(f"{jobs}{query}")[1]["data"]]

    def questions():
        with CaptureQueriesContext(connection) as asked:
            caller.get(jobs)
        return len(asked)

    few = questions()
    others = [str(job_of("finished").id), str(job_of("paused").id)]
    assert questions() == few
    assert ids() == [*reversed(others), str(done.id)]
    assert ids("?job_status=finished") == [others[0], str(done.id)]
    assert ids("?job_status=finished+all+notifications+created") == [str(done.id)]
    assert ids("?job_status=paused&job_status=error") == [others[1]]
    assert ids(f"?template={TemplateFactory().id}") == []
    assert caller.get(f"{jobs}?job_status=nope")[0] == 400
    [row] = caller.get(f"{jobs}?page_size=1&job_status=finished+all+notifications+created")[1][
        "data"
    ]
    assert (row["job_status"], row["exact_status"]) == (
        "finished",
        "finished all notifications created",
    )
    assert "statistics" not in row


def test_pages_follow_each_other(caller, jobs, job_of):
    made = [str(job_of("pending").id) for _ in range(3)]

    first = caller.get(f"{jobs}?page_size=2")[1]
    second = caller.get(first["links"]["next"].removeprefix("http://testserver"))[1]

    assert [row["id"] for row in first["data"] + second["data"]] == made[::-1]
    assert second["links"]["next"] is None


def test_the_report_is_a_file_of_every_row(caller, jobs, job_of):
    job = job_of("in progress", rows=2)
    persist_range(job.id, 0, 1)
    Notification.objects.filter(job=job, job_row_number=1).update(status="delivered")

    answer = caller.client.get(
        f"{jobs}/{job.id}/report", HTTP_AUTHORIZATION=f"Bearer {caller.token}"
    )

    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="job-{job.id}.csv"'
    assert "no-store" in answer.headers["Cache-Control"]
    assert [line.split(",")[:4] for line in lines[1:]] == [
        ["2", "07900000000", "", "Waiting to be sent"],
        ["3", "07900000001", "", "Delivered"],
    ]


def test_a_program_sends_and_is_nobody(template, jobs, settings):
    settings.INTERNAL_API_SECRET = "a secret of at least thirty-two bytes"
    claims = {"iss": "notify-admin", "iat": int(time.time())}
    program = Caller(jwt.encode(claims, settings.INTERNAL_API_SECRET, "HS256"))
    _, uploaded = upload(program, template, texts(1))

    status, job = program.post(jobs, {"id": uploaded["id"]})

    assert (status, job["created_by"]) == (201, None)
