import os
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
BROWSER = os.environ.get("NOTIFY_BROWSER")


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


@pytest.mark.skipif(not BROWSER, reason="no Chromium on this machine")
def test_a_person_unsubscribes_in_a_browser_with_the_keyboard(transactional_db, live_server, email):
    from playwright.sync_api import expect, sync_playwright  # noqa: PLC0415

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright keeps an event loop
    link = live_server.url + path_for(email.id)

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=BROWSER,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        page = browser.new_page(viewport={"width": 320, "height": 640})
        page.goto(link)
        expect(page).to_have_title("Unsubscribe from Bees & <Honey> emails")
        expect(page.get_by_role("heading", level=1)).to_have_text(
            "Stop emails from Bees & <Honey>?"
        )
        scrolls = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert not page.evaluate(scrolls)
        page.keyboard.press("Tab")
        expect(page.get_by_role("button", name="Unsubscribe")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("You have unsubscribed")
        browser.close()

    assert UnsubscribeRequest.objects.get().notification_id == email.id


@pytest.mark.parametrize("end", ["", "/confirm"])
def test_what_a_link_holds_is_not_logged(email, caplog, end):
    token = path_for(email.id).removesuffix("/confirm").rpartition("/")[2]

    response = client().post(f"/unsubscribe/{uuid.uuid4()}/{token}{end}")

    assert response.status_code == 404
    assert token not in caplog.text
