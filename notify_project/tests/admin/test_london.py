from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from notifications.admin.bulk_plan import PlanForm
from notifications.models import CallbackAttempt
from notifications.tests.factories import CallbackDeliveryFactory
from notify_project.clock import LONDON
from services.tests.factories import ApiKeyFactory

pytestmark = pytest.mark.django_db
# An hour later in London.
SUMMER = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)


def shown(admin_client, name, row):
    return admin_client.get(reverse(f"admin:{name}_change", args=[row.pk])).content.decode()


def test_a_page_shows_times_in_london_with_24_hours(admin_client):
    key = ApiKeyFactory(created_at=SUMMER, expiry_date=SUMMER + timedelta(hours=1))

    page = shown(admin_client, "services_apikey", key)

    assert "2 Jul 2026, 00:30" in page
    assert "2 Jul 2026, 01:30:00" in page


def test_the_page_of_a_call_shows_its_attempts_and_leads_to_what_it_tells_of(admin_client):
    call = CallbackDeliveryFactory(created_at=SUMMER)
    CallbackAttempt.objects.create(
        delivery=call,
        attempt=1,
        began_at=SUMMER + timedelta(seconds=5),
        duration_ms=61,
        response_code=503,
    )

    page = shown(admin_client, "notifications_callbackdelivery", call)

    assert f'href="{reverse("admin-find")}?q={call.subject_id}"' in page
    for cell in ("1", "2 Jul 2026, 00:30:05", "503", "61 ms"):
        assert f'<td class="px-3 py-1">{cell}</td>' in page


def test_a_form_reads_times_as_those_of_london():
    values = {"act": "send-now", "service_id": "0" * 32, "since": "2026-07-02T00:30"}

    with timezone.override(LONDON):
        form = PlanForm(values)
        form.is_valid()

    assert form.cleaned_data["since"] == SUMMER


@pytest.mark.parametrize("typed", ["2026-03-29T01:30", "2026-10-25T01:30"], ids=["gap", "twice"])
def test_a_time_that_london_has_not_or_twice_is_refused(typed):
    with timezone.override(LONDON):
        form = PlanForm({"act": "send-now", "service_id": "0" * 32, "since": typed})
        form.is_valid()

    assert "since" in form.errors


def test_the_api_stays_in_utc(client, admin_client):
    admin_client.get(reverse("admin:index"))
    assert timezone.get_current_timezone_name() == "UTC"
