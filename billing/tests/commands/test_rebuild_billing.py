"""manage.py rebuild_billing."""

from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from freezegun import freeze_time

from billing.daily import rebuild_day
from billing.models import FactBilling, Rate
from billing.tests.factories import TEMPLATE_ID, sent
from notifications.models import NotificationHistory
from notify_project.models import AuditEvent
from services.tests.factories import ServiceFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("price_list")]
NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)


def rebuild(*options):
    out, err = StringIO(), StringIO()
    with freeze_time("2026-06-20T12:00:00Z"):
        call_command("rebuild_billing", *options, stdout=out, stderr=err)
    return out.getvalue()


@pytest.fixture
def service():
    """Return a service whose day was built before one of its three texts failed."""
    service = ServiceFactory()
    sent(service, created_at=NOON, count=3, billable_units=2)
    rebuild_day(date(2026, 6, 15))
    failed = NotificationHistory.objects.order_by("id")[0]
    NotificationHistory.objects.filter(id=failed.id).update(status="technical-failure")
    return service


def difference_of(service):
    return (
        f"2026-06-15 service {service.id} template {TEMPLATE_ID} sms mmg at 0.024\n"
        "  stored 3 messages of 6 units, built 2 messages of 4 units\n"
    )


def test_a_day_is_built_again_and_the_difference_shown(service):
    printed = rebuild("--day", "2026-06-15", "--reason", "a failure came late")

    assert printed == difference_of(service) + "1 rows of 1 days changed\n"
    assert FactBilling.objects.get().notifications_sent == 2
    event = AuditEvent.objects.get(action="rebuild billing")
    assert (event.service_id, event.reason) == (service.id, "a failure came late")
    assert [
        event.before["rows"][0]["billable_units"],
        event.after["rows"][0]["billable_units"],
    ] == [
        6,
        4,
    ]


def test_a_dry_run_shows_the_difference_and_changes_nothing(service):
    printed = rebuild("--day", "2026-06-15", "--dry-run")

    assert printed == difference_of(service) + "1 rows of 1 days would change\n"
    assert FactBilling.objects.get().notifications_sent == 3
    assert not AuditEvent.objects.exists()


def test_a_right_day_shows_nothing(service):
    rebuild("--day", "2026-06-15")

    assert rebuild("--day", "2026-06-15") == "0 rows of 1 days changed\n"
    assert AuditEvent.objects.count() == 1


def test_only_the_days_and_the_service_that_are_named_are_built(service):
    other = ServiceFactory()
    for ahead in range(4):
        sent(other, created_at=NOON + timedelta(days=ahead))

    rebuild("--from", "2026-06-15", "--to", "2026-06-16", "--service", str(other.id))

    facts = FactBilling.objects.filter(service_id=other.id).order_by("bst_date")
    assert [row.bst_date.day for row in facts] == [15, 16]
    assert FactBilling.objects.get(service_id=service.id).notifications_sent == 3


def test_a_row_without_messages_is_taken_away(service):
    NotificationHistory.objects.all().update(status="technical-failure")

    assert "built nothing" in rebuild("--day", "2026-06-15", "--service", str(service.id))
    assert not FactBilling.objects.exists()


def test_messages_without_a_price_fail_the_command(service):
    Rate.objects.all().delete()

    with pytest.raises(CommandError, match="have no price"):
        rebuild("--day", "2026-06-15")


@pytest.mark.parametrize(
    ("options", "refusal"),
    [
        ([], "give either --day, or --from and --to"),
        (["--from", "2026-06-15"], "give either --day, or --from and --to"),
        (["--day", "2026-06-15", "--to", "2026-06-16"], "give either --day"),
        (["--day", "15.6.2026"], "is not a day written YYYY-MM-DD"),
        (["--day", "20260615"], "is not a day written YYYY-MM-DD"),
        (["--day", "2026-06-21"], "has not come yet"),
        (["--from", "2026-06-16", "--to", "2026-06-15"], "--to is before --from"),
        (["--day", "2026-06-15", "--service", "x"], "is not a service's id"),
        (
            ["--day", "2026-06-15", "--service", "00000000-0000-0000-0000-000000000000"],
            "there is no service",
        ),
    ],
)
def test_options_that_make_no_sense_are_refused(service, options, refusal):
    with pytest.raises(CommandError, match=refusal):
        rebuild(*options)

    assert FactBilling.objects.get().notifications_sent == 3
