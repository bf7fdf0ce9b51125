"""The command that counts the statuses of a day again."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from freezegun import freeze_time

from notifications.models import FactNotificationStatus
from notifications.statistics.daily_status import replace_facts
from notifications.tests.statistics.facts import by_status, sent
from notify_project.models import AuditEvent
from services.tests.factories import ServiceFactory
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db
DAY = date(2026, 1, 10)
NOON = "2026-01-10T12:00:00"


@pytest.fixture(autouse=True)
def _months_later():
    with freeze_time("2026-06-11T12:00:00Z"):
        yield


def rebuild(*args):
    out = StringIO()
    call_command("rebuild_status_facts", *args, stdout=out, stderr=out)
    return out.getvalue().splitlines()


def wrong_facts(template, count=5):
    FactNotificationStatus.objects.create(
        bst_date=DAY,
        service_id=template.service_id,
        template_id=template.id,
        notification_type="sms",
        key_type="normal",
        status="delivered",
        notification_count=count,
    )


def test_a_day_of_all_services_is_replaced_and_the_difference_shown():
    template = TemplateFactory()
    sent(template, NOON, NOON, status="delivered")
    sent(template, NOON, status="permanent-failure")
    wrong_facts(template)

    lines = rebuild("--day", "2026-01-10")

    about = f"template {template.id}, normal key, no job"
    assert lines == [
        f"service {template.service_id}: 5 messages stored, 3 counted",
        f"  sms delivered, {about}: 5 -> 2",
        f"  sms permanent-failure, {about}: 0 -> 1",
        "2026-01-10: 1 services counted, 2 numbers changed",
    ]
    assert by_status() == {"delivered": 2, "permanent-failure": 1}


def test_facts_without_messages_are_found_too():
    wrong_facts(TemplateFactory())

    rebuild("--day", "2026-01-10")

    assert by_status() == {}


def test_only_the_service_asked_for_is_counted():
    one, other = TemplateFactory(), TemplateFactory()
    for template in (one, other):
        sent(template, NOON)

    rebuild("--day", "2026-01-10", "--service", str(one.service_id))

    assert by_status(service_id=one.service_id) == {"created": 1}
    assert by_status(service_id=other.service_id) == {}


def test_a_dry_run_shows_the_same_and_changes_nothing():
    template = TemplateFactory()
    sent(template, NOON)

    lines = rebuild("--day", "2026-01-10", "--dry-run")

    assert lines[-1] == "2026-01-10: 1 services counted, 1 numbers would change"
    assert lines[1].endswith(": 0 -> 1")
    assert by_status() == {}
    assert not AuditEvent.objects.exists()


def test_what_was_wrong_is_audited_with_the_reason():
    template = TemplateFactory()
    sent(template, NOON)
    wrong_facts(template)

    rebuild("--day", "2026-01-10", "--reason", "figures of January")

    event = AuditEvent.objects.get()
    assert (event.action, event.service_id, event.reason) == (
        "rebuild status facts",
        template.service_id,
        "figures of January",
    )
    assert (event.before["messages"], event.after["messages"]) == (5, 1)


def test_what_was_right_is_left_alone_and_not_audited():
    template = TemplateFactory()
    sent(template, NOON)
    replace_facts(template.service_id, DAY)

    lines = rebuild("--day", "2026-01-10")

    assert lines[-1] == "2026-01-10: 1 services counted, 0 numbers changed"
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(
    ("day", "message"),
    [
        ("2026-6-1", "2026-6-1 is not a day written YYYY-MM-DD"),
        ("20260601", "20260601 is not a day written YYYY-MM-DD"),
        ("yesterday", "yesterday is not a day written YYYY-MM-DD"),
        ("2026-06-11", "2026-06-11 has not ended: its messages are counted as they stand"),
        ("2027-01-01", "2027-01-01 has not ended: its messages are counted as they stand"),
    ],
)
def test_a_day_that_is_none_or_has_not_ended_is_refused(day, message):
    with pytest.raises(CommandError, match=message):
        rebuild("--day", day)


@pytest.mark.parametrize("service", ["nonsense", "6eb14e2f-8448-4aa6-b117-5a9683895270"])
def test_a_service_that_does_not_exist_is_refused(service):
    ServiceFactory()

    with pytest.raises(CommandError, match=service):
        rebuild("--day", "2026-01-10", "--service", service)
