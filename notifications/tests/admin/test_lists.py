"""The lists of jobs, callbacks, received texts, history and audit events, and their filters."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from notifications.models import InboundSms
from notifications.tests.factories import (
    CallbackDeliveryFactory,
    InboundSmsFactory,
    JobFactory,
    NotificationFactory,
)
from notify_project import audit, clock, logs
from notify_project.models import AuditEvent
from services.tests.factories import ServiceFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff():
    return UserFactory(support=True)


@pytest.fixture
def signed_in(staff):
    client = Client()
    client.force_login(staff)
    return client


def ids_on(client, name, query=""):
    url = f"/admin/{name}/"
    page = client.get(f"{url}?{query}").content.decode()
    return re.findall(rf'href="{url}([0-9a-f-]{{36}})/change', page)


def found_by(client, name, queries):
    return [ids_on(client, name, query) for query in queries]


def test_jobs_are_found_by_service_state_time_and_file(signed_in):
    old = JobFactory(original_file_name="old.csv", created_at=clock.now() - timedelta(days=40))
    new = JobFactory(original_file_name="new.csv", job_status="cancelled")

    found = found_by(
        signed_in,
        "notifications/job",
        [
            *("", f"service__id__exact={old.service_id}", "job_status=cancelled", "period=week"),
            *("q=OLD", f"q={new.template_id}"),
        ],
    )

    expected = [[new, old], [old], [new], [new], [old], [new]]
    assert found == [[str(row.id) for row in rows] for rows in expected]


def test_callbacks_are_found_by_service_state_kind_and_message(signed_in):
    now = clock.now()
    done = CallbackDeliveryFactory(state="done", created_at=now - timedelta(hours=1))
    failed = CallbackDeliveryFactory(state="given-up", callback_type="complaint", created_at=now)

    found = found_by(
        signed_in,
        "notifications/callbackdelivery",
        [
            *("", "state=given-up", "state=done", "callback_type=complaint&period=today"),
            *(f"service__id__exact={done.service_id}&state=given-up", f"q={failed.subject_id}"),
        ],
    )

    expected = [[failed, done], [failed], [done], [failed], [], [failed]]
    assert found == [[str(row.id) for row in rows] for rows in expected]


def test_history_is_found_by_service_status_and_reference(signed_in):
    now = clock.now()
    text = NotificationFactory(reference="provider-1", created_at=now - timedelta(hours=1))
    email = NotificationFactory(email=True, status="delivered", created_at=now)

    found = found_by(
        signed_in,
        "notifications/notificationhistory",
        [
            *("", "status=waiting", f"service__id__exact={email.service_id}&status=delivered"),
            *("notification_type=sms", "q=provider-1", f"template={text.template_id}"),
        ],
    )

    expected = [[email, text], [text], [email], [text], [text], [text]]
    assert found == [[str(row.id) for row in rows] for rows in expected]


def test_received_texts_hint_at_their_sender_and_show_it_with_a_reason(signed_in, staff):
    row = InboundSmsFactory(user_number="447700900555", content="<b>Please</b> call")
    other = InboundSmsFactory()
    page = f"/admin/notifications/inboundsms/{row.id}/"

    listed = ids_on(signed_in, "notifications/inboundsms", f"service__id__exact={row.service_id}")
    shown = [signed_in.get(url).content.decode() for url in (f"{page}change/", f"{page}see/")]
    refused = signed_in.post(f"{page}see/", {"reason": " "}).content.decode()
    before = AuditEvent.objects.count()
    answer = signed_in.post(f"{page}see/", {"reason": "ticket 7"})

    assert listed == [str(row.id)]
    assert str(other.id) not in listed
    assert "••• 555" in shown[0]
    assert "447700900555" not in "".join([*shown, refused])
    assert "Say why" in refused
    assert "447700900555" in answer.content.decode()
    assert "&lt;b&gt;Please&lt;/b&gt; call" in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    event = AuditEvent.objects.get()
    assert (before, event.action, event.actor) == (0, "see received text", staff)
    assert (event.subject_id, event.reason) == (str(row.id), "ticket 7")


def test_a_received_text_is_no_more_than_a_number_to_those_without_the_right():
    row = InboundSmsFactory(user_number="447700900555")
    user = UserFactory(platform_admin=True)
    user.user_permissions.add(Permission.objects.get(codename="view_inboundsms"))
    client = Client()
    client.force_login(user)
    url = f"/admin/notifications/inboundsms/{row.id}"

    pages = [client.get(each) for each in (f"{url}/change/", "/admin/notifications/inboundsms/")]
    refused = client.post(f"{url}/see/", {"reason": "ticket 7"})

    assert [page.status_code for page in pages] == [200, 200]
    assert not any("555" in page.content.decode().replace(str(row.id), "") for page in pages)
    assert refused.status_code in {302, 403}
    assert InboundSms.objects.get().content not in refused.content.decode()


def test_audit_events_are_found_by_what_was_done_to_what_by_whom(signed_in, staff):
    service, other = ServiceFactory(), ServiceFactory()
    first = audit.record("change", service, actor=staff, service_id=service.id)
    with logs.belonging_to("463ac35c9f6413ad"):
        second = audit.record("archive", other, actor=None, service_id=other.id)
    third = audit.record("change", staff, actor=staff, service_id=service.id)

    found = found_by(
        signed_in,
        "notify_project/auditevent",
        [
            *("", f"q={service.id}", "q=463ac35c9f6413ad", f"service_id={other.id}"),
            *("action=change", f"actor__id__exact={staff.id}", "period=yesterday", "q=x"),
            *(f"q={service.id}&action=archive", f"q={staff.id}"),
        ],
    )

    expected = [
        *([third, second, first], [third, first], [second], [second]),
        *([third, first], [third, first], [], [], [], [third]),
    ]
    assert found == [[str(row.id) for row in rows] for rows in expected]


def test_pages_of_audit_events_about_one_thing_follow_each_other(signed_in, staff):
    service = ServiceFactory()
    events = [
        audit.record("change", service if n % 2 else staff, actor=staff, service_id=service.id)
        for n in range(60)
    ]

    first = signed_in.get(f"/admin/notify_project/auditevent/?q={service.id}").content.decode()
    older = re.search(r'rel="next" href="\?([^"]+)"', first).group(1).replace("&amp;", "&")
    pages = found_by(signed_in, "notify_project/auditevent", [f"q={service.id}", older])

    assert [row for page in pages for row in page] == [str(row.id) for row in reversed(events)]
