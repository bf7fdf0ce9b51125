"""Jobs on the admin site: looked at, steered, and made of a file."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from notifications.admin.job_sending import hours_ahead
from notifications.jobs.rows import persist_range
from notifications.models import Job, Notification
from notifications.tests.jobs.conftest import texts
from notify_project import clock
from notify_project.models import AuditEvent
from services.tests.factories import ServiceFactory, ServiceSmsSenderFactory, UserFactory
from templates_app.tests.factories import TemplateFactory
from templates_app.versions import archive_template

pytestmark = pytest.mark.django_db
ADD = reverse("admin:notifications_job_add")


@pytest.fixture
def staff():
    return UserFactory(support=True)


@pytest.fixture
def signed_in(staff):
    client = Client()
    client.force_login(staff)
    return client


def with_rights(*names):
    """Return a browser of support staff who have just these rights."""
    user = UserFactory(platform_admin=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    client = Client()
    client.force_login(user)
    return client


def page_of(job, *rest):
    return reverse("admin:notifications_job_change", args=[job.id]).replace(
        "/change/", "/" + "".join(f"{each}/" for each in rest or ["change"])
    )


def text_of(answer):
    return answer.content.decode()


def post_file(client, template, content, *, name="people.csv", **fields):
    form = {"file": SimpleUploadedFile(name, content.encode()), "reason": "reminders", **fields}
    return client.post(f"{ADD}?template={template.id}", form)


def test_the_list_counts_nothing_and_hides_what_nobody_looks_for(signed_in, mailings):
    job = mailings.create(texts(2), name="seen.csv")
    hidden = mailings.create(texts(1))
    Job.objects.filter(id=hidden.id).update(original_file_name="Report")
    url = reverse("admin:notifications_job_changelist")

    with CaptureQueriesContext(connection) as queries:
        page = text_of(signed_in.get(url))
    asked = [each["sql"] for each in queries]
    found = [
        str(job.id) in text_of(signed_in.get(url, {"q": each}))
        for each in (str(job.id), str(job.service_id), str(hidden.id), "nonsense")
    ]

    assert not [sql for sql in asked if "COUNT(" in sql and '"jobs"' in sql]
    assert ("seen.csv" in page, str(hidden.id) in page) == (True, False)
    assert found == [True, True, False, False]


def test_a_job_shows_how_far_it_has_come_and_asks_again_while_it_moves(signed_in, mailings):
    job = mailings.begun(texts(3), name="<b>people</b>.csv")
    persist_range(job.id, 0, 1)
    Notification.objects.filter(job=job, job_row_number=0).update(status="delivered")

    with CaptureQueriesContext(connection) as queries:
        page = text_of(signed_in.get(page_of(job)))
    asked = len(queries)
    part = text_of(signed_in.get(page_of(job, "progress")))
    Job.objects.filter(id=job.id).update(job_status="paused")
    still = text_of(signed_in.get(page_of(job, "progress")))

    assert 0 < asked <= 20
    assert "<b>people" not in page
    for shown in (page, part):
        assert "2 of 3 rows stored, 1 messages handed over" in shown
        assert "Rows are being stored" in shown
        assert 'data-seconds="2"' in shown
    assert "Delivered" in part
    assert "<html" not in part
    assert ("Paused" in still, 'data-seconds=""' in still) == (True, True)


def test_a_job_whose_rows_are_all_stored_says_so_before_anybody_compared_it_with_them(
    signed_in, mailings
):
    job = mailings.begun(texts(1))
    persist_range(job.id, 0, 1)
    Job.objects.filter(id=job.id).update(job_status="finished")

    assert "All rows are stored" in text_of(signed_in.get(page_of(job)))


def test_a_job_is_paused_resumed_and_cancelled_after_a_question_and_with_a_reason(
    signed_in, staff, mailings
):
    running = mailings.begun(texts(2))
    later = mailings.create(texts(1), scheduled_for=clock.now() + timedelta(days=1))

    for job, word, status in (
        (running, "pause", "paused"),
        (running, "resume", "error"),
        (later, "cancel", "cancelled"),
    ):
        url = page_of(job, word)
        asked = signed_in.get(url)
        without = signed_in.post(url, {"confirmed": "yes", "reason": " "})
        before = Job.objects.get(id=job.id).job_status
        answer = {"confirmed": "yes", "reason": "wrong text", "typed": job.original_file_name}
        done = signed_in.post(url, answer, follow=True)
        assert f"0 of {job.notification_count} messages have gone out" in text_of(asked)
        assert "It is kept with the audit, so name nobody" in text_of(asked)
        assert "It is kept with the audit, so name nobody" in text_of(without)
        assert before != status
        assert Job.objects.get(id=job.id).job_status == status
        assert f"{word.title()}: done." in text_of(done)

    events = AuditEvent.objects.filter(actor=staff, reason="wrong text")
    assert [event.action for event in events.order_by("created_at")] == [
        "pause job",
        "resume job",
        "cancel job",
    ]


def test_only_what_can_be_done_is_offered_and_what_cannot_any_more_is_said(signed_in, mailings):
    job = mailings.create(texts(1), scheduled_for=clock.now() + timedelta(days=1))

    page = text_of(signed_in.get(page_of(job)))
    Job.objects.filter(id=job.id).update(job_status="in progress")
    refused = signed_in.post(
        page_of(job, "cancel"),
        {"confirmed": "yes", "reason": "late", "typed": job.original_file_name},
        follow=True,
    )

    offered = [page_of(job, word) in page for word in ("cancel", "pause", "resume", "report")]
    assert offered == [True, False, False, True]
    assert signed_in.get(page_of(job, "cancel")).status_code == 403
    assert "The job has started or ended already" in text_of(refused)


def test_rights_are_kept(mailings):
    job = mailings.begun(texts(1))
    looker, sender, nobody = with_rights("view_job"), with_rights("add_job", "view_job"), Client()

    def statuses(client):
        return [
            client.get(page_of(job)).status_code,
            client.get(page_of(job, "progress")).status_code,
            client.get(page_of(job, "report")).status_code,
            client.post(page_of(job, "pause"), {"confirmed": "x", "reason": "x"}).status_code,
            client.get(ADD).status_code,
        ]

    assert statuses(looker) == [200, 200, 403, 403, 403]
    assert statuses(sender) == [200, 200, 403, 403, 200]
    assert statuses(with_rights("add_job")) == [403, 404, 403, 403, 200]
    assert statuses(nobody) == [302] * 5
    assert with_rights("view_job", "view_recipient").get(page_of(job, "report")).status_code == 200
    assert with_rights("view_recipient").get(page_of(job, "report")).status_code == 403
    job.refresh_from_db()
    assert job.job_status == "in progress"


def test_a_job_that_is_not_there_is_not_found(signed_in):
    for nonsense in ("nonsense", str(uuid.uuid4())):
        for rest, status in (("report", 404), ("pause", 403), ("progress", 404)):
            url = f"/admin/notifications/job/{nonsense}/{rest}/"
            assert signed_in.get(url).status_code in {status, 302}, url


def test_the_report_is_downloaded(signed_in, mailings):
    job = mailings.begun(texts(1))
    persist_range(job.id, 0, 0)

    answer = signed_in.get(page_of(job, "report"))

    assert answer.headers["Content-Disposition"] == f'attachment; filename="job-{job.id}.csv"'
    assert "07900000000" in b"".join(answer.streaming_content).decode()


def test_service_and_template_are_chosen_step_by_step(signed_in):
    template = TemplateFactory(name="Book <ready>", service__name="Riverside Library")
    gone = TemplateFactory(name="Gone", service=template.service)
    archive_template(gone, actor=None)
    ServiceFactory(name="Museum")

    services = text_of(signed_in.get(ADD, {"q": "riverside"}))
    templates = text_of(signed_in.get(ADD, {"service": str(template.service_id)}))
    form = text_of(signed_in.get(ADD, {"template": str(template.id)}))
    example = signed_in.get(ADD, {"template": str(template.id), "example": ""})

    assert f"?service={template.service_id}" in services
    assert "Museum" not in services
    assert f"?template={template.id}" in templates
    assert "Book &lt;ready&gt;" in templates
    assert "Gone" not in templates
    assert "phone number,name" in form
    assert example.content.decode() == "phone number,name\n07700 900321,example\n"
    for nonsense in ({"service": "x"}, {"template": "x"}, {"template": str(gone.id)}):
        assert "whose message?" in text_of(signed_in.get(ADD, nonsense))


def test_a_file_is_checked_shown_and_sent_now_or_later(signed_in, staff, files, recorded_tasks):
    template = TemplateFactory()
    sender = ServiceSmsSenderFactory(service=template.service, sms_sender="Desk")

    looked = post_file(signed_in, template, texts(2), sender=str(sender.id))
    job_id = looked.context["uploaded"].job_id
    page, url = text_of(looked), f"{ADD}?template={template.id}"
    form = {"job": job_id, "when": "now", "reason": looked.context["form"]["reason"].value()}
    unreasoned = signed_in.post(url, form | {"reason": ""})
    before = Job.objects.count()
    started = signed_in.post(url, form)
    again = signed_in.post(url, form)

    job = Job.objects.get()
    assert "people.csv can be sent" in page
    assert "2 fragments" in page
    assert "They cost £0.00" in page
    assert "Hello Person 0" in page
    assert not Job.objects.exclude(id=job_id).exists()
    assert "Say why" in text_of(unreasoned)
    assert before == 0
    assert set(AuditEvent.objects.values_list("action", "reason")) == {
        ("upload recipients", "reminders"),
        ("create job", "reminders"),
    }
    assert started.url == again.url == page_of(job)
    assert (job.created_by, job.sender_id, job.job_status) == (staff, sender.id, "pending")
    assert [task.function for task in recorded_tasks] == ["process_job"]

    other = post_file(signed_in, template, texts(1), name="later.csv")
    [_, (_, hours), *_] = other.context["form"].fields["when"].choices
    form = {"job": other.context["uploaded"].job_id, "when": hours[-1][0], "reason": "later"}
    signed_in.post(url, form)

    later = Job.objects.exclude(id=job.id).get()
    assert (later.job_status, later.scheduled_for) == (
        "scheduled",
        datetime.fromisoformat(hours[-1][0]),
    )


def test_what_must_be_mended_is_shown_and_hostile_cells_are_text(signed_in, files):
    template = TemplateFactory()
    content = "phone number,name\n<script>alert(1)</script>,<img src=x>\n07900900123,"

    page = text_of(post_file(signed_in, template, content, name="<i>.csv"))

    assert "There’s a problem with your file" in page
    assert "fix 1 phone number" in page
    assert "Enter a value" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    for tag in ("<script>alert(1)", "<img src=x>", "<i>"):
        assert tag not in page
    assert not (files / "jobs").exists()
    assert not AuditEvent.objects.exists()


def test_files_and_starts_that_are_refused_are_explained_on_the_page(
    signed_in, files, recorded_tasks
):
    template, other = TemplateFactory(), TemplateFactory()
    url = f"{ADD}?template={template.id}"
    uploaded = post_file(signed_in, other, texts(1)).context["uploaded"]

    pages = [
        post_file(signed_in, template, "x", name="people.exe"),
        signed_in.post(url, {}),
        signed_in.post(url, {"job": uploaded.job_id, "when": "now", "reason": "reminders"}),
        signed_in.post(url, {"job": uploaded.job_id, "when": "2020-01-01T00:00:00+00:00"}),
    ]

    words = ["must be a spreadsheet", "This field is required", "There is no file of this job"]
    for page, word in zip(pages, [*words, "Select a valid choice"], strict=True):
        assert page.status_code == 200
        assert word in text_of(page)
    assert not Job.objects.exists()


def test_hours_are_offered_in_london_up_to_the_seventh_day_and_twice_in_autumn():
    now = datetime(2026, 10, 23, 9, 30, tzinfo=UTC)

    days = hours_ahead(now)

    assert [day for day, _ in days[:3]] == [
        "Friday 23 October",
        "Saturday 24 October",
        "Sunday 25 October",
    ]
    assert days[0][1][0] == ("2026-10-23T10:00:00+00:00", "Fri 23 Oct 11:00 BST")
    assert [label for _, label in days[2][1][:4]] == [
        "Sun 25 Oct 00:00 BST",
        "Sun 25 Oct 01:00 BST",
        "Sun 25 Oct 01:00 GMT",
        "Sun 25 Oct 02:00 GMT",
    ]
    assert days[-1][1][-1][0] == "2026-10-30T09:00:00+00:00"
