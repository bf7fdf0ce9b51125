import uuid

import pytest
from django.test import Client

from notifications.models import Notification, UnsubscribeRequest
from notifications.tests.factories import NotificationFactory
from notifications.unsubscribe.links import page_url
from notifications.unsubscribe.page import masked
from services.tests.factories import ServiceFactory
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def email():
    service = ServiceFactory(name="Bees & <Honey>")
    return NotificationFactory(template=TemplateFactory(unsubscribe=True, service=service))


def path_for(notification_id, address="jo@example.com"):
    return page_url(notification_id, address).removeprefix("http://admin.testserver")


def client():
    return Client(enforce_csrf_checks=True)


@pytest.mark.parametrize("method", ["get", "head"])
def test_to_look_is_not_to_unsubscribe(email, method):
    response = getattr(client(), method)(path_for(email.id))

    assert response.status_code == 200
    assert not UnsubscribeRequest.objects.exists()


def test_the_page_names_the_service_and_shows_the_address_to_its_owner_only(email):
    page = client().get(path_for(email.id)).content.decode()

    assert "Stop emails from Bees &amp; &lt;Honey&gt;?" in page
    assert "j***@example.com" in page
    assert "jo@example.com" not in page
    assert '<button type="submit">Unsubscribe</button>' in page


def test_the_button_unsubscribes_once_and_says_so(email):
    for _ in range(2):
        response = client().post(path_for(email.id))
        assert response.status_code == 200
        assert "You have unsubscribed" in response.content.decode()

    request = UnsubscribeRequest.objects.get()
    assert (request.notification_id, request.email_address) == (email.id, "jo@example.com")


def test_the_page_works_when_only_the_history_of_the_email_is_left(email):
    Notification.objects.all().delete()

    assert client().get(path_for(email.id)).status_code == 200
    assert client().post(path_for(email.id)).status_code == 200
    assert UnsubscribeRequest.objects.count() == 1


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_link_that_does_not_work_is_explained_on_a_page(email, method):
    paths = [
        f"/unsubscribe/{email.id}/bad/confirm",
        "/unsubscribe/abc/bad/confirm",
        path_for(uuid.uuid4()),
    ]

    for path in paths:
        response = getattr(client(), method)(path)
        assert response.status_code == 404
        assert response["Content-Type"].startswith("text/html")
        assert "This unsubscribe link does not work" in response.content.decode()
    assert not UnsubscribeRequest.objects.exists()


def test_the_address_of_the_page_goes_nowhere_else(email):
    response = client().get(path_for(email.id))

    assert response["Referrer-Policy"] == "no-referrer"
    assert "no-store" in response["Cache-Control"]
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert not response.cookies


def test_other_methods_are_refused(email):
    assert client().delete(path_for(email.id)).status_code == 405


@pytest.mark.parametrize(
    ("address", "shown"),
    [("jo@example.com", "j***@example.com"), ('"a@b"@example.com', '"***@example.com')],
)
def test_an_address_is_masked_up_to_its_domain(address, shown):
    assert masked(address) == shown
