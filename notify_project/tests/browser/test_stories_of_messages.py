"""Support staff answer for messages: acted out in a browser, as it is told to them."""

from datetime import timedelta
from io import BytesIO

import pytest
from reportlab.pdfgen.canvas import Canvas

from notifications.letters.files import store_pdf
from notifications.models import BulkAction, CallbackDelivery, Job, Notification
from notifications.support import bulk
from notifications.tests.factories import (
    CallbackDeliveryFactory,
    JobFactory,
    NotificationFactory,
    ProviderDetailsFactory,
)
from notify_project import clock
from notify_project.models import AuditEvent
from notify_project.tests.browser.steps import (
    choose,
    confirm,
    find_message,
    look_for,
    plan_bulk_action,
    reveal,
    says,
    step,
)
from services.callbacks import set_callback
from services.tests.factories import ServiceFactory
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.usefixtures("recorded_tasks", "files")


def test_a_citizen_asks_where_her_code_is_and_is_told_that_her_number_is_wrong(page, library):
    """A citizen waits for a sign-in code: find it by her number and say what became of it."""
    code = TemplateFactory(service=library, name="Sign-in code", process_type="priority")
    now = clock.now()
    for each in range(3):
        NotificationFactory(template=code, normalised_to=f"44770090011{each}")
    lost = NotificationFactory(
        template=code,
        to="07700 900199",
        normalised_to="447700900199",
        status="permanent-failure",
        sent_by="mmg",
        sent_at=now - timedelta(minutes=3),
        updated_at=now - timedelta(minutes=2),
    )

    look_for(page, "07700 900199", "ticket 41")
    says(page, "Demo Library Service", "Not delivered")
    assert str(lost.id) in page.url
    assert not page.get_by_text("07700 900199").count()
    reveal(page, "ticket 41")

    says(page, "07700 900199")
    looks = AuditEvent.objects.filter(reason="ticket 41")
    assert looks.count() == 2
    assert "900199" not in str(list(looks.values()))


def test_calls_that_a_service_missed_at_night_are_made_again(page, library):
    """A service's endpoint was down all night: find the calls given up, and make them again."""
    set_callback(
        library, "delivery_status", url="https://example.org/told", token="0123456789", actor=None
    )
    night = clock.now() - timedelta(hours=7)
    missed = [
        CallbackDeliveryFactory(
            service=library, state="given-up", created_at=night, finished_at=night, attempts=5
        )
        for _ in range(3)
    ]
    told = CallbackDeliveryFactory(service=library, state="done", finished_at=night)

    page.goto("/admin/notifications/callbackdelivery/?state=given-up")
    assert not page.get_by_text(str(told.subject_id)).count()
    choose(page, [row.id for row in missed], "Tell again")
    confirm(page, "their endpoint was down over night")

    says(page, "3 calls are made again")
    states = set(
        CallbackDelivery.objects.filter(id__in=[row.id for row in missed]).values_list(
            "state", flat=True
        )
    )
    assert states == {"waiting"}
    assert AuditEvent.objects.filter(reason="their endpoint was down over night").exists()


def test_what_an_outage_of_a_provider_kept_waiting_is_sent_at_once(page, library):
    """A provider was away for 20 minutes: which messages, whose, and send them now."""
    now = clock.now()
    ProviderDetailsFactory(identifier="mmg")
    parks = ServiceFactory(name="Demo Parks Service")
    kept = [
        NotificationFactory(
            template=template,
            created_at=now - timedelta(minutes=age),
            failed_provider="mmg",
            next_attempt_at=now + timedelta(minutes=30),
        )
        for template in (TemplateFactory(service=library), TemplateFactory(service=parks))
        for age in (8, 18)
    ]
    before = NotificationFactory(
        template=TemplateFactory(service=parks),
        created_at=now - timedelta(hours=3),
        failed_provider="mmg",
        next_attempt_at=now + timedelta(minutes=30),
    )

    page.goto("/admin/notifications/notification/?status=waiting&period=today")
    says(page, "Demo Library Service", "Demo Parks Service")
    plan_bulk_action(
        page,
        what="Send now what waits for another attempt",
        provider="mmg",
        since=now - timedelta(minutes=20),
        reason="mmg was away",
    )
    row = BulkAction.objects.get()
    bulk.run(row.id, until=soon())
    page.reload()
    step(page, "Start")
    confirm(page, "mmg is back", typed="4")
    bulk.run(row.id, until=soon())
    page.reload()

    says(page, "Send now what waits for another attempt: done")
    due = Notification.objects.due(clock.now()).values_list("id", flat=True)
    assert set(due) == {each.id for each in kept}
    before.refresh_from_db()
    assert before.next_attempt_at > clock.now()


def soon():
    return clock.now() + timedelta(minutes=5)


def test_a_file_to_the_wrong_people_is_stopped(page, library):
    """A service sent its file to the wrong people: stop what has not gone out."""
    template = TemplateFactory(service=library, name="Book due")
    job = JobFactory(
        template=template,
        original_file_name="everybody.csv",
        notification_count=3,
        job_status=Job.Status.IN_PROGRESS,
        processing_started=clock.now(),
    )
    gone = NotificationFactory(template=template, job=job, job_row_number=0, status="delivered")
    for number in (1, 2):
        NotificationFactory(template=template, job=job, job_row_number=number)

    page.goto("/admin/notifications/job/")
    page.get_by_role("link", name="everybody.csv").first.click()
    step(page, "Pause")
    confirm(page, "wrong people", typed="everybody.csv")

    job.refresh_from_db()
    assert job.job_status == Job.Status.PAUSED
    waiting = Notification.objects.filter(job=job, status="created")
    assert all(row.next_attempt_at.year == 9000 for row in waiting)
    gone.refresh_from_db()
    assert gone.status == "delivered"


def test_a_letter_is_found_by_its_reference_and_its_page_is_seen(page, library):
    """Somebody holds a letter in the hand: find it by the reference on it, and see its page."""
    letter = NotificationFactory(
        template=TemplateFactory(service=library, letter=True), status="sending", billable_units=1
    )
    paper = BytesIO()
    canvas = Canvas(paper)
    canvas.showPage()
    canvas.save()
    store_pdf(letter, paper.getvalue())

    find_message(page, letter.reference)
    reveal(page, "a citizen is on the phone")

    picture = page.get_by_role("img", name="The letter, picture 1 of 1")
    picture.scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('.message-letter').naturalWidth > 300")
    assert AuditEvent.objects.filter(action="look at letter", subject_id=str(letter.id)).exists()


def test_a_person_is_erased_and_only_she(page, library):
    """A person wants her data erased: find what there is, and erase it by the case's name."""
    email = TemplateFactory(service=library, email=True)
    hers, others = (
        NotificationFactory(template=email, to=address, normalised_to=address, status="delivered")
        for address in ("jo@example.com", "amala@example.com")
    )

    page.goto("/admin/notifications/personrequest/add/")
    page.locator("[name=recipients]").fill("jo@example.com")
    page.locator("[name=case_reference]").fill("CASE-7")
    confirm(page, "she asked for it")
    says(page, "Nothing was erased")
    page.locator("[name=confirmation]").fill("CASE-7")
    confirm(page, "she asked for it")

    hers.refresh_from_db()
    others.refresh_from_db()
    assert "jo@" not in f"{hers.to} {hers.normalised_to}"
    assert others.to == "amala@example.com"
    assert "jo@example.com" not in str(list(AuditEvent.objects.values()))
