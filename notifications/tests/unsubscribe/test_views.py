import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client
from freezegun import freeze_time

from notifications.models import Notification, UnsubscribeRequest
from notifications.tests.factories import NotificationFactory
from notifications.unsubscribe.links import unsubscribe_url
from notify_project import clock
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db

SUCCESS = {"result": "success", "message": "Unsubscribe successful"}
NOT_VALID = {
    "result": "error",
    "message": {"unsubscribe request": "This is not a valid unsubscribe link."},
}
UNKNOWN = {
    "result": "error",
    "message": {"unsubscribe request": "This unsubscribe link is invalid or expired."},
}
NOT_FOUND = (
    "The requested URL was not found on the server. If you entered the URL manually please "
    "check your spelling and try again."
)


@pytest.fixture
def email():
    return NotificationFactory(template=TemplateFactory(unsubscribe=True))


def path_for(notification_id, address="jo@example.com"):
    return unsubscribe_url(notification_id, address).removeprefix("http://testserver")


def post(path, *args, **options):
    return Client(enforce_csrf_checks=True).post(path, *args, **options)


def test_a_click_is_answered_and_recorded_for_the_service(email):
    response = post(path_for(email.id))

    assert (response.status_code, response.json()) == (200, SUCCESS)
    request = UnsubscribeRequest.objects.get()
    assert (request.notification_id, request.service) == (email.id, email.service)
    assert (request.template_id, request.template_version) == (email.template_id, 1)
    assert (request.email_address, request.processed_at) == ("jo@example.com", None)


def test_the_address_is_encrypted_in_the_database(email):
    post(path_for(email.id))

    with connection.cursor() as cursor:
        cursor.execute("SELECT email_address FROM unsubscribe_requests")
        [stored] = cursor.fetchone()

    assert "@" not in stored


def test_what_mail_programs_send_along_is_ignored_and_a_repeat_records_nothing(email):
    path = path_for(email.id)
    post(path)

    response = post(
        path, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded"
    )

    assert (response.status_code, response.json()) == (200, SUCCESS)
    assert UnsubscribeRequest.objects.count() == 1


def test_another_link_of_the_same_email_is_a_repeat(email):
    for _ in range(2):
        assert post(path_for(email.id)).json() == SUCCESS

    assert UnsubscribeRequest.objects.count() == 1


def test_once_the_service_has_dealt_with_a_request_a_new_one_is_recorded(email):
    post(path_for(email.id))
    UnsubscribeRequest.objects.update(processed_at=clock.now())

    post(path_for(email.id))

    assert UnsubscribeRequest.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_clicks_at_once_one_is_recorded(email):
    path, start = path_for(email.id), Barrier(6)

    def click():
        start.wait()
        try:
            return post(path).json()
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as threads:
        answers = [each.result() for each in [threads.submit(click) for _ in range(6)]]

    assert answers == [SUCCESS] * 6
    assert UnsubscribeRequest.objects.count() == 1


def test_a_link_works_when_only_the_history_of_the_email_is_left(email):
    Notification.objects.all().delete()

    assert post(path_for(email.id)).json() == SUCCESS
    assert UnsubscribeRequest.objects.get().service == email.service


def test_a_link_in_an_email_of_a_test_key_works_while_it_is_there():
    email = NotificationFactory(template=TemplateFactory(unsubscribe=True), research=True)

    assert post(path_for(email.id)).json() == SUCCESS


def test_an_id_has_several_spellings(email):
    path = path_for(email.id).replace(str(email.id), email.id.hex.upper())

    assert post(path).json() == SUCCESS


@pytest.mark.parametrize("token", ["bad", "é", "%00", "..", "x" * 2000])
def test_a_wrong_token_is_404(email, token):
    response = post(f"/unsubscribe/{email.id}/{token}")

    assert response.status_code == 404
    assert response["Content-Type"] == "application/json"
    assert response.json() == NOT_VALID
    assert not UnsubscribeRequest.objects.exists()


def test_the_token_of_another_email_is_404(email):
    token = path_for(uuid.uuid4()).rpartition("/")[2]

    response = post(f"/unsubscribe/{email.id}/{token}")

    assert (response.status_code, response.json()) == (404, NOT_VALID)


def test_an_expired_token_is_404(email):
    with freeze_time(clock.now() - timedelta(days=366)):
        path = path_for(email.id)

    response = post(path)

    assert (response.status_code, response.json()) == (404, NOT_VALID)


def test_a_good_token_of_an_email_that_never_was_is_404():
    response = post(path_for(uuid.uuid4()))

    assert (response.status_code, response.json()) == (404, UNKNOWN)


@pytest.mark.parametrize("path", ["/unsubscribe/abc/bad", "/unsubscribe/abc", "/unsubscribe/"])
def test_what_is_no_id_is_404_in_json(path):
    response = post(path)

    assert response.status_code == 404
    assert response["Content-Type"] == "application/json"
    assert response.json() == {"result": "error", "message": NOT_FOUND}


@pytest.mark.parametrize("method", ["get", "head", "put", "delete", "patch"])
def test_only_a_post_unsubscribes(email, method):
    response = getattr(Client(), method)(path_for(email.id))

    assert response.status_code == 405
    assert response["Allow"] == "POST, OPTIONS"
    assert response["Content-Type"] == "application/json"
    assert not UnsubscribeRequest.objects.exists()


def test_the_refusal_of_a_get_has_the_older_shape(email):
    assert Client().get(path_for(email.id)).json() == {
        "result": "error",
        "message": "The method is not allowed for the requested URL.",
    }


def test_the_methods_are_told(email):
    response = Client().options(path_for(email.id))

    assert (response.status_code, response["Allow"]) == (200, "POST, OPTIONS")


def test_the_answer_sets_no_cookie_and_is_not_stored(email):
    response = post(path_for(email.id))

    assert not response.cookies
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db(transaction=True)
def test_without_the_database_a_mail_program_may_come_back(email, settings):
    path = path_for(email.id)
    connection.close()
    settings.DATABASES["default"]["PORT"], port = "1", settings.DATABASES["default"]["PORT"]
    try:
        response = Client(raise_request_exception=False).post(path)
    finally:
        settings.DATABASES["default"]["PORT"] = port
        connection.close()

    assert response.status_code == 503
    assert response.json()["result"] == "error"


def test_nothing_personal_is_logged(email, caplog):
    caplog.set_level(0)
    post(path_for(email.id))
    post(f"/unsubscribe/{email.id}/bad")

    assert "jo@example.com" not in caplog.text
