"""The commands that send a file and that steer its job."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from notifications.jobs.rows import persist_range
from notifications.jobs.tasks import process_job
from notifications.management.commands import control_job
from notifications.management.commands import send_job as command
from notifications.models import Job, Notification
from notifications.tests.jobs.conftest import texts
from notify_project import clock
from notify_project.models import AuditEvent
from services.models import Service
from services.tests.factories import ServiceFactory
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db
BAD = "phone number,name\n07900900123,Jo\nabc,Al\n,Bo"


@pytest.fixture
def template():
    return TemplateFactory()


@pytest.fixture
def send(mailings, template, tmp_path):
    """Return a function that runs the command; it gives what was printed."""

    def run(content, *arguments):
        path = tmp_path / "people.csv"
        path.write_text(content)
        out, progress = StringIO(), StringIO()
        try:
            call_command(
                "send_job", str(path), f"--template={template.id}", *arguments,
                stdout=out, stderr=progress,
            )  # fmt: skip
        finally:
            run.out, run.progress = out.getvalue(), progress.getvalue()
        return run.out

    return run


@pytest.fixture
def working(monkeypatch):
    """Let a worker work whenever the command waits."""

    def work(_seconds):
        for job in Job.objects.all():
            process_job(str(job.id))
            persist_range(job.id, 0, job.notification_count - 1)

    monkeypatch.setattr(command.time, "sleep", work)


def test_a_file_is_checked_sent_and_watched(send, working, prices):
    printed = send(texts(3))

    job = Job.objects.get()
    assert printed == (
        "3 rows, 0 to mend\nThese messages can be sent\n"
        "3 fragments, £0.02; 2 of 2 free ones are used\n"
        f"Job {job.id} is created\n"
        "All 3 messages are stored, 0 handed over so far\n"
    )
    assert send.progress == "0 of 3 stored, 0 handed over\n"
    assert Notification.objects.filter(job=job).count() == 3


def test_what_must_be_mended_is_printed_and_nothing_is_sent(send, files, tmp_path):
    with pytest.raises(CommandError, match="is not sent: nothing was stored") as failed:
        send(BAD, f"--report={tmp_path / 'mend.csv'}")

    assert failed.value.returncode == 1
    assert send.out.splitlines()[:3] == [
        "3 rows, 2 to mend",
        "There’s a problem with your file",
        "  fix 1 phone number",
    ]
    assert "row 3, phone number ‘abc’" in send.out
    assert len((tmp_path / "mend.csv").read_text().splitlines()) == 3
    assert not Job.objects.exists()
    assert list((files / "jobs").rglob("*.csv")) == []


@pytest.mark.parametrize(
    ("days", "message"),
    [(-1, "Date cannot be in the past"), (8, "Date cannot be more than 7 days in the future")],
)
@pytest.mark.parametrize("more", [["--dry-run"], []])
def test_a_time_that_cannot_be_is_refused_before_the_file_is_checked(send, days, message, more):
    at = clock.now() + timedelta(days=days)

    with pytest.raises(CommandError, match=message):
        send(BAD, f"--at={at.isoformat()}", *more)

    assert send.out == ""


def test_a_dry_run_stores_nothing(send, files, recorded_tasks, prices):
    assert send(texts(2), "--dry-run") == (
        "2 rows, 0 to mend\nThese messages can be sent\n"
        "2 fragments, £0.00; 2 of 2 free ones are used\n"
    )

    assert not Job.objects.exists()
    assert list((files / "jobs").rglob("*.*")) == []
    assert recorded_tasks == []


def test_a_file_can_be_sent_later(send, recorded_tasks):
    at = (clock.now() + timedelta(days=2)).astimezone(clock.LONDON).replace(microsecond=0)

    printed = send(texts(1), f"--at={at.replace(tzinfo=None).isoformat()}")

    job = Job.objects.get()
    assert (job.job_status, job.scheduled_for) == ("scheduled", at)
    assert f"It starts at {at:%A %d %B %H:%M} in London" in printed
    assert recorded_tasks == []


@pytest.mark.parametrize("options", [[], ["--dry-run"]], ids=["sending", "checking"])
def test_a_time_that_is_refused_leaves_no_file(send, files, options):
    with pytest.raises(CommandError, match="Date cannot be in the past"):
        send(texts(1), "--at=2020-01-01T09:00", *options)

    assert list((files / "jobs").rglob("*.*")) == []


def test_nonsense_for_a_time_is_refused(send):
    with pytest.raises(CommandError, match="soon is no time such as"):
        send(texts(1), "--at=soon")


@pytest.mark.parametrize("options", [[], ["--dry-run"]], ids=["sending", "checking"])
def test_a_sender_that_is_not_there_is_refused(send, options):
    with pytest.raises(CommandError, match="does not exist in database for service id"):
        send(texts(1), f"--sender={TemplateFactory().id}", *options)

    assert not Job.objects.exists()


def test_a_template_of_another_service_is_refused(send):
    with pytest.raises(CommandError, match="there is no template"):
        send(texts(1), f"--service={ServiceFactory().id}")


def test_a_file_that_is_not_there_or_not_a_spreadsheet_is_refused(template, files, tmp_path):
    (tmp_path / "people.txt").write_text(texts(1))

    for name, words in (("none.csv", "No such file"), ("people.txt", "must be a spreadsheet")):
        with pytest.raises(CommandError, match=words):
            call_command("send_job", str(tmp_path / name), f"--template={template.id}")


def test_a_job_that_is_refused_when_it_begins_fails_the_command(send, monkeypatch, template):
    def deactivate(_seconds):
        Service.objects.filter(id=template.service_id).update(active=False)
        process_job(str(Job.objects.get().id))

    monkeypatch.setattr(command.time, "sleep", deactivate)

    with pytest.raises(CommandError, match="ended without being sent: cancelled"):
        send(texts(1))


def test_without_workers_somebody_is_told(send, monkeypatch):
    monkeypatch.setattr(command, "SECONDS_BEFORE_HINT", 0)

    def pause(_seconds):
        Job.objects.update(job_status="paused")

    monkeypatch.setattr(command.time, "sleep", pause)
    printed = send(texts(1))

    assert "No row was stored for a while: does the pool jobs run?" in send.progress
    assert "The job is paused" in printed


def test_an_interrupted_command_says_that_the_job_goes_on(send, monkeypatch):
    def interrupt(_seconds):
        raise KeyboardInterrupt

    monkeypatch.setattr(command.time, "sleep", interrupt)

    with pytest.raises(CommandError, match="The job goes on") as failed:
        send(texts(1))
    assert failed.value.returncode == 130


def test_nobody_has_to_wait(send):
    assert send(texts(1), "--no-wait").endswith("is created\n")


def steer(action, *arguments):
    out = StringIO()
    call_command("control_job", action, *map(str, arguments), stdout=out)
    return out.getvalue()


def test_a_job_is_shown_paused_and_resumed(mailings, recorded_tasks):
    job = mailings.begun(texts(3))
    persist_range(job.id, 0, 1)

    shown = "in progress, 2 of 3 stored\n  created: 2\n"
    assert steer("show", job.id) == shown
    assert steer("pause", job.id).startswith("2 messages are held back\npaused, ")
    assert steer("resume", job.id) == "The job goes on\n"
    assert recorded_tasks[-1].function == "resume_job"


def test_a_job_is_cancelled_before_it_starts_and_not_after(mailings):
    job = mailings.create(texts(1), scheduled_for=clock.now() + timedelta(days=1))

    assert steer("cancel", job.id).startswith("cancelled, 0 of 1 stored")
    with pytest.raises(CommandError, match="The job has started or ended already"):
        steer("cancel", job.id)


def test_jobs_are_listed_newest_first_of_all_services_or_one(mailings, monkeypatch):
    first = mailings.create(texts(2), name="a\tb.csv")
    later = mailings.create(texts(1), scheduled_for=clock.now() + timedelta(days=1))
    hidden = mailings.create(texts(1))
    Job.objects.filter(id=hidden.id).update(original_file_name="Report")

    assert [line[:36] for line in steer("list").splitlines()] == [str(later.id), str(first.id)]
    [line] = steer("list", f"--service={first.service_id}").splitlines()
    assert line.endswith(f"pending, 2 rows  {first.service.name}: a?b.csv")
    assert "scheduled for" in steer("list", f"--service={later.service_id}")
    assert steer("list", str(later.id)).startswith(str(first.id))
    assert steer("list", str(first.id)) == "There are no more jobs\n"
    monkeypatch.setattr(control_job, "LISTED", 1)
    assert steer("list").endswith(f"Older ones: control_job list {later.id}\n")


def test_what_control_job_lacks_is_said():
    for arguments, words in (
        (["show"], "show needs the id of a job; control_job list shows them"),
        (["pause", str(TemplateFactory().id), "--service=x"], "--service belongs to list"),
        (["list", "--service=x"], "x is not a service's id"),
    ):
        with pytest.raises(CommandError, match=words):
            steer(*arguments)
    assert steer("list") == "There are no jobs\n"


def test_the_reason_of_a_command_is_kept(mailings):
    job = mailings.begun(texts(1))

    steer("pause", job.id, "--reason=wrong text")

    event = AuditEvent.objects.get(action="pause job")
    assert (event.reason, event.actor, event.actor_kind) == ("wrong text", None, "system")


def test_an_unknown_job_is_refused():
    with pytest.raises(CommandError, match="there is no job"):
        steer("show", TemplateFactory().id)
