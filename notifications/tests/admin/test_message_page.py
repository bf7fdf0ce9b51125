"""The page of a message: what it tells, and what it shows to whom."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from freezegun import freeze_time

from notifications.models import (
    CallbackAttempt,
    DeliveryEvent,
    FailingEndpoint,
    LetterCheck,
    LetterPrintBatch,
    LetterPrintEntry,
    Notification,
)
from notifications.tests.factories import (
    CallbackDeliveryFactory,
    JobFactory,
    NotificationFactory,
    ProviderDetailsFactory,
)
from notify_project import audit, clock
from notify_project.models import AuditEvent
from notify_project.versioning import save_versioned
from services.tests.factories import ApiKeyFactory, UserFactory
from templates_app import redaction
from templates_app.models import Template, TemplateHistory
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert(1)</script>"


def with_rights(*permissions):
    user = UserFactory(platform_admin=True, name="Asha")
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client, user


@pytest.fixture
def staff():
    client, _ = with_rights("view_notification", "view_recipient", "view_notificationhistory")
    return client


def url(name, row):
    return reverse(f"admin:notifications_notification_{name}", args=[row.pk])


def page_of(client, row, name="notification"):
    response = client.get(reverse(f"admin:notifications_{name}_change", args=[row.pk]))
    assert response.status_code == 200
    return response.content.decode()


def show(client, row, reason="asked by the service"):
    return client.post(url("show", row), {"reason": reason}, follow=True)


def email(**values):
    template = TemplateFactory(email=True, content="Hello ((name)), read https://example.org/x")
    return NotificationFactory(template=template, **values)


def test_the_page_tells_where_the_message_is_and_how_it_came_there(staff):
    row = NotificationFactory(status="delivered", updated_at=clock.now(), client_reference="loan 7")

    page = page_of(staff, row)

    for words in ("Delivered", "after it was accepted", "Timeline", "Accepted", "loan 7"):
        assert words in page
    assert row.service.name in page


@pytest.mark.parametrize(
    ("kind", "shown"), [({}, "••• 123"), ({"email": True}, "j•••@example.com")]
)
def test_recipient_values_and_content_are_masked_until_somebody_says_why(staff, kind, shown):
    row = NotificationFactory(**kind)

    page = page_of(staff, row)

    assert shown in page
    assert row.to not in page
    assert "Hello Jo" not in page
    assert not AuditEvent.objects.exists()


def test_who_says_why_sees_the_message_for_a_quarter_of_an_hour_and_it_is_audited():
    client, user = with_rights("view_notification", "view_recipient")
    row, other = NotificationFactory(), NotificationFactory(to="07700 900777")

    with freeze_time(clock.now()) as time:
        page = show(client, row).content.decode()
        elsewhere = page_of(client, other)
        time.tick(timedelta(minutes=14, seconds=59))
        still = page_of(client, row)
        time.tick(timedelta(seconds=2))
        later = page_of(client, row)

    assert all(text in page for text in ("07700 900123", "Hello Jo", "1 fragment"))
    assert "07700 900777" not in elsewhere
    assert "07700 900123" in still
    assert "07700 900123" not in later
    [event] = AuditEvent.objects.all()
    assert (event.action, event.actor, event.subject_id, event.reason) == (
        "show personal data", user, str(row.id), "asked by the service",
    )  # fmt: skip
    assert event.after == {"messages_seen_before": 0}


def test_how_many_messages_somebody_has_seen_is_counted(staff):
    for _ in range(3):
        show(staff, NotificationFactory())

    events = AuditEvent.objects.order_by("created_at")
    assert [event.after["messages_seen_before"] for event in events] == [0, 1, 2]


def test_it_is_hidden_again_at_once(staff):
    row = NotificationFactory()
    show(staff, row)

    page = staff.post(url("hide", row), follow=True).content.decode()

    assert row.to not in page


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("", "Say why"),
        (" .. ", "Say why"),
        ("x" * 501, "at most 500"),
        ("what got 07700900123?", "must not name the recipient"),
    ],
)
def test_without_a_reason_or_with_one_that_names_somebody_nothing_is_shown(staff, reason, words):
    row = NotificationFactory()

    page = show(staff, row, reason).content.decode()

    assert words in page
    assert "07700 900123" not in page.replace(reason, "")
    assert not AuditEvent.objects.exists()


def test_without_the_right_nobody_is_asked_or_shown_anything():
    client, _ = with_rights("view_notification")
    row = email()

    page = page_of(client, row)

    assert url("show", row) not in page
    assert "example.com" not in page
    assert client.post(url("show", row), {"reason": "asked"}).status_code == 403
    assert client.get(url("body", row)).status_code == 404


def test_a_right_that_is_taken_away_ends_what_is_shown():
    client, user = with_rights("view_notification", "view_recipient")
    row = NotificationFactory()
    show(client, row)

    user.user_permissions.remove(Permission.objects.get(codename="view_recipient"))

    assert row.to not in page_of(client, row)


def test_an_address_shows_data_to_nobody_who_only_follows_it(staff):
    row = NotificationFactory()

    assert staff.get(url("show", row)).status_code == 405
    assert Client(enforce_csrf_checks=True).post(url("show", row)).status_code in {302, 403}


def test_an_email_is_a_document_of_its_own_in_which_nothing_runs_or_loads(staff):
    row = email(personalisation={"name": HOSTILE})
    before = staff.get(url("body", row))
    page = show(staff, row)

    body = staff.get(url("body", row))

    document = body.content.decode()
    policy = body["Content-Security-Policy"]
    assert before.status_code == 404
    assert '<base target="_blank">' in document
    assert HOSTILE not in document
    assert "sandbox; default-src 'none'" in policy
    assert "http" not in policy
    assert body["X-Frame-Options"] == "SAMEORIGIN"
    frame = re.search(r"<iframe[^>]*>", page.content.decode())[0]
    assert 'sandbox=""' in frame
    assert url("body", row) in frame
    assert "frame-src 'self'" in page["Content-Security-Policy"]


def test_hostile_values_are_inert_on_the_page(staff):
    row = NotificationFactory(
        personalisation={"name": HOSTILE, HOSTILE: HOSTILE}, client_reference=HOSTILE, to=HOSTILE,
        reply_to_text=HOSTILE, failure_reason=HOSTILE, reference=HOSTILE, sent_by=HOSTILE,
        status="technical-failure", sent_at=clock.now(), updated_at=clock.now(),
    )  # fmt: skip
    DeliveryEvent.objects.create(
        notification_id=row.id, at=clock.now(), kind="attempt", outcome="refused", raw=HOSTILE,
        provider=HOSTILE, code=HOSTILE, is_applied=True,
    )  # fmt: skip
    audit.record(HOSTILE, row, actor=UserFactory(name=HOSTILE), reason=HOSTILE)

    page = show(staff, row).content.decode()

    assert "alert(1)" in page
    assert HOSTILE not in page


def test_what_a_template_hides_stays_hidden(staff):
    row = NotificationFactory()
    redaction.redact(Template.objects.get(id=row.template_id), actor=UserFactory())

    page = show(staff, row).content.decode()

    assert "hides from people what is put into it" in page
    assert "Hello Jo" not in page


def test_what_was_erased_says_so(staff):
    row = NotificationFactory(to="", normalised_to=None, personalisation=None)

    assert "was erased" in page_of(staff, row)


def test_a_template_that_has_changed_since_shows_how(staff):
    template = TemplateFactory(content="Old ((name))")
    row = NotificationFactory(template=template)
    template.content = "New ((name))"
    save_versioned(template, TemplateHistory)

    page = page_of(staff, row)

    assert "today it is" in page
    assert re.search(r"<del[^>]*>Old</del><ins[^>]*>New</ins>", page)


def test_a_message_that_only_history_knows_has_the_same_page(staff):
    row = NotificationFactory(status="delivered", updated_at=clock.now())
    history = reverse("admin:notifications_notificationhistory_change", args=[row.pk])
    while_there = staff.get(history)
    Notification.objects.filter(id=row.id).delete()

    page = page_of(staff, row, "notificationhistory")

    assert while_there["Location"] == url("change", row)
    assert "Delivered" in page
    assert "is deleted" in page
    assert "Show personal data" not in page


def crowded_text():
    """Make a text with all that can hang on one."""
    ProviderDetailsFactory(identifier="mmg")
    template = TemplateFactory()
    job = JobFactory(template=template)
    row = NotificationFactory(
        template=template, job=job, job_row_number=0, created_by=UserFactory(),
        api_key=ApiKeyFactory(service=template.service),
    )  # fmt: skip
    template.content = "New ((name))"
    save_versioned(template, TemplateHistory)
    DeliveryEvent.objects.bulk_create(
        DeliveryEvent(
            notification_id=row.id, at=clock.now(), kind="attempt", outcome="not-taken", attempt=n,
            is_applied=True,
        )
        for n in range(60)
    )  # fmt: skip
    _told(row)
    return row


def crowded_letter():
    """Make a letter with all that can hang on one."""
    row = NotificationFactory(letter=True, billable_units=1)
    LetterCheck.objects.create(notification_id=row.id, page_count=2)
    for _ in range(3):
        batch = LetterPrintBatch.objects.create(
            provider="dvla", print_day=clock.london_today(), letter_count=1, sheet_count=1
        )
        LetterPrintEntry.objects.create(batch=batch, notification_id=row.id, reference="A")
    _told(row)
    return row


def _told(row):
    for number in range(20):
        call = CallbackDeliveryFactory(
            service=row.service, subject_id=row.id, event_key=f"event {number}"
        )
        CallbackAttempt.objects.create(
            delivery=call, attempt=1, began_at=clock.now(), duration_ms=1, error="x"
        )
        audit.record("look", row, actor=UserFactory())
    FailingEndpoint.objects.create(
        service=row.service, callback_type="delivery_status", failures=1, last_error="x",
        first_failed_at=clock.now(), last_failed_at=clock.now(),
    )  # fmt: skip


@pytest.mark.parametrize("make", [crowded_text, crowded_letter])
@pytest.mark.parametrize("is_shown", [False, True])
def test_the_page_costs_few_queries_whatever_hangs_on_the_message(
    make, is_shown, redis, django_assert_max_num_queries
):
    client, _ = with_rights("view_notification", "view_recipient")
    row = make()
    if is_shown:
        show(client, row)

    with django_assert_max_num_queries(15):
        page_of(client, row)
