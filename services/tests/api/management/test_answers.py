"""What the management API answers to what it is not used to."""

import pytest

from notify_project.models import AuditEvent
from services.models import CallbackSigningSecret
from services.tests.api.management.client import member, support
from services.tests.factories import OrganisationFactory, ServiceFactory

pytestmark = pytest.mark.django_db
CALLBACK = {
    "callback_type": "delivery_status",
    "url": "https://8.8.8.8/told",
    "bearer_token": "a long token",
}


@pytest.mark.parametrize("path", ["/service", "/service/{}/user"])
def test_a_list_with_a_wrong_word_is_refused_by_its_place(path):
    body = {"name": "New", "email_address": "a@example.org", "permissions": ["nope"]}

    status, answer = support().post(path.format(ServiceFactory().id), body)

    assert (status, answer["result"]) == (400, "error")
    assert answer["message"] == {"permissions": {"0": ['"nope" is not a valid choice.']}}


@pytest.mark.parametrize("body", [b"[" * 100_000, b"{", b"\xff", b'{"name": "a"'])
def test_what_is_no_json_is_refused(body):
    caller = support()

    answer = caller.client.post(
        "/service",
        body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {caller.token}"},
    )

    assert answer.status_code == 400
    assert answer.json() == {"result": "error", "message": "Invalid JSON supplied in POST data"}


def test_a_service_of_an_organisation_is_changed_and_the_audit_tells():
    organisation, other = OrganisationFactory.create_batch(2)
    service = ServiceFactory(organisation=organisation)

    status, answer = support().patch(
        f"/service/{service.id}", {"name": "Renamed", "organisation": str(other.id)}
    )

    assert (status, answer["name"], answer["organisation"]) == (200, "Renamed", str(other.id))
    event = AuditEvent.objects.get(service_id=service.id)
    assert event.after["organisation"] == str(other.id)


def test_the_signing_secret_of_a_callback_is_shown_when_it_is_new():
    service = ServiceFactory()
    caller = member(service, "manage_api_keys")
    url = f"/service/{service.id}/callback"

    (first, made), (second, changed) = (
        caller.post(url, CALLBACK | {"url": f"https://8.8.8.8/{place}"}) for place in "ab"
    )

    assert (first, second) == (201, 200)
    assert made["signing_secret"] == CallbackSigningSecret.objects.get().secret
    assert "signing_secret" not in changed
    assert "signing_secret" not in caller.get(url)[1]["data"][0]
