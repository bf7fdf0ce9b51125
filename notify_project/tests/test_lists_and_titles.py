"""What pages are called, and lists that stay as they were filtered."""

import re
from datetime import UTC, datetime

import pytest
from django.test import Client

from notifications.models import CallbackDelivery, Hold
from notifications.support.holding import hold
from notifications.tests.factories import CallbackDeliveryFactory, NotificationFactory
from notify_project.tests.site.addresses import pages
from notify_project.tests.site.rows import Rows
from services.models import ApiKey
from services.tests.factories import ApiKeyFactory, ServiceFactory, UserFactory
from templates_app.tests.factories import TemplateFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("redis", "recorded_tasks")]
CALLS = "/admin/notifications/callbackdelivery/"
KEYS = "/admin/services/apikey/"
_AN_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-")


@pytest.fixture
def client():
    client = Client()
    client.force_login(UserFactory(support=True))
    return client


def test_a_list_is_filtered_as_before_once_calls_are_told_again(client):
    row = CallbackDeliveryFactory(state="given-up", finished_at="2026-01-01T00:00Z")
    chosen = {"action": "replay", "_selected_action": [str(row.id)]}
    url = f"{CALLS}?state=given-up"

    asked = client.post(url, chosen)
    done = client.post(url, chosen | {"confirmed": "yes", "reason": "their endpoint was down"})

    assert f'href="{url}"' in asked.content.decode()
    assert done["Location"] == url
    assert CallbackDelivery.objects.get().state == "waiting"


def test_a_list_is_filtered_as_before_once_keys_are_revoked(client):
    key = ApiKeyFactory(name="website")
    url = f"{KEYS}?key_type__exact=normal"

    done = client.post(
        url,
        {
            "action": "revoke_keys",
            "_selected_action": [str(key.id)],
            "confirmed": "yes",
            "reason": "published",
            "typed": "website",
        },
    )

    assert done["Location"] == url
    assert ApiKey.objects.get().expiry_date is not None


def test_a_filter_that_there_is_not_is_no_list_of_everything(client):
    CallbackDeliveryFactory()

    assert client.get(f"{CALLS}?state=waiting").status_code == 200
    assert client.get(f"{CALLS}?state__exact=given-up")["Location"] == f"{CALLS}?e=1"


def test_pages_are_called_what_people_call_them(client):
    text = NotificationFactory()
    call = CallbackDeliveryFactory()

    assert (
        title(client, f"/admin/notifications/notification/{text.id}/change/") == f"text {text.id}"
    )
    assert title(client, f"{CALLS}{call.id}/change/") == f"delivery status {call.subject_id}"
    assert "API keys" in client.get(KEYS).content.decode()
    assert "Api keys" not in client.get(KEYS).content.decode()
    assert "Django_Rq" not in client.get("/admin/django_rq/").content.decode()


def title(client, url):
    return client.get(url).content.decode().partition("<title>")[2].partition("|")[0].strip()


def test_what_can_be_searched_for_is_not_cut_off(client):
    page = client.get("/admin/notifications/notification/").content.decode()

    assert '<p id="search-help"' in page
    assert "which keeps them out of this page" in page.partition('id="search-help"')[2]


def test_the_overview_of_a_service_holds_it_and_says_that_it_is_held(client):
    service = ServiceFactory()
    url = f"/admin/services/service/{service.id}/overview/"

    before = client.get(url).content.decode()
    hold("service", str(service.id), actor=None, reason="may be phishing")
    after = client.get(url).content.decode()

    assert "Hold sending" in before
    assert ">held</span>" not in before
    assert ">held</span>" in after
    assert "What holds it" in after


def test_a_hold_is_called_by_what_it_holds_and_since_when(client):
    template = TemplateFactory(name="Receipt", service__name="Library")
    held = {
        "service": (template.service_id, template.service_id),
        "template": (template.id, template.service_id),
        "lane": ("normal", None),
    }

    titles = []
    for kind, (key, service_id) in held.items():
        row = Hold.objects.create(
            kind=kind,
            key=str(key),
            service_id=service_id,
            reason="an incident",
            created_at=datetime(2026, 11, 30, 14, 5, tzinfo=UTC),
        )
        titles.append(title(client, f"/admin/notifications/hold/{row.id}/change/"))

    assert titles == [
        "Service Library, held since 30 November 2026 at 14:05:00",
        "Template Receipt of Library, held since 30 November 2026 at 14:05:00",
        "Lane normal, held since 30 November 2026 at 14:05:00",
    ]


def test_no_page_but_that_of_a_message_is_titled_by_an_id(client, redis, files):
    rows = Rows()
    rows.grow(1)
    # Whoever asks about a message, a call or history of it has its id.
    by_id = {"notifications_notification", "notifications_notificationhistory"}
    by_id |= {"notifications_callbackdelivery"}
    shown = {
        page.name: title(client, page.url)
        for page in pages(rows.of)
        if page.name.endswith("_change") and page.name.removesuffix("_change") not in by_id
    }

    assert len(shown) > 20
    assert {name: words for name, words in shown.items() if _AN_ID.search(words)} == {}
