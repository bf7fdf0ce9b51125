"""The list of what was done, and the page of one event."""

import pytest
from django.test import Client

from notify_project import audit
from notify_project.models import AuditEvent
from services.tests.factories import ApiKeyFactory, UserFactory

pytestmark = pytest.mark.django_db
EVENTS = "/admin/notify_project/auditevent/"


@pytest.fixture
def client():
    client = Client()
    client.force_login(UserFactory(support=True))
    return client


def test_an_event_leads_to_what_it_was_done_to_and_to_its_service(client):
    key = ApiKeyFactory()
    event = audit.record("revoke key", key, service_id=key.service_id, actor=None)
    to_key = f'href="/admin/services/apikey/{key.id}/change/">{key.id}</a>'
    to_service = f'href="/admin/services/service/{key.service_id}/overview/">'

    listed = client.get(EVENTS).content.decode()
    page = client.get(f"{EVENTS}{event.id}/change/").content.decode()

    assert to_key in listed
    assert "API key" in listed
    assert to_key in page
    assert to_service in page


def test_an_event_of_what_has_no_page_names_it(client):
    row = AuditEvent.objects.create(
        action="x", actor_kind="system", subject_type="nothing<b>", subject_id="bulk"
    )

    for url in (EVENTS, f"{EVENTS}{row.id}/change/"):
        page = client.get(url).content.decode()
        assert "nothing&lt;b&gt;" in page
        assert "bulk" in page


def test_a_list_without_rows_says_whether_it_is_empty_or_filtered(client):
    url = "/admin/billing/budget/"

    assert "There is nothing here yet" in client.get(url).content.decode()
    assert "Nothing found" in client.get(url, {"q": "parking"}).content.decode()
