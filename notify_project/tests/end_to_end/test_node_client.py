"""Every public method of the official Node client, unmodified, against the running platform."""

import base64

import pytest

from notify_project.tests.end_to_end import node_client
from notify_project.tests.end_to_end.clients_world import ADDRESS, SERVICE, small_pdf


@pytest.fixture(scope="module")
def report(_platform, _clients_world):
    """Run the client once; what came of each method is looked at by a test of its own."""
    world = _clients_world
    node_client.installed_packages()
    _platform.begin_anew()
    return node_client.run(
        {
            "apiUrl": _platform.api_url,
            "apiKey": _platform.api_key("clients", SERVICE),
            **{name: world.template(name) for name in ("text", "email", "letter")},
            "smsSender": world.sms_sender,
            "replyTo": world.reply_to,
            "checkedLetter": world.checked_letter,
            "address": ADDRESS,
            "pdf": base64.b64encode(small_pdf()).decode(),
        }
    )


@pytest.fixture
def answer(report):
    """Return a function that gives the data that a method was answered."""

    def data_of(method, status=200):
        outcome = report["outcomes"][method]
        assert outcome.get("status") == status, outcome
        return outcome["data"]

    return data_of


def test_every_public_method_is_tried(report):
    assert set(report["outcomes"]) == set(report["methods"])


def test_a_text_is_sent(answer, clients):
    sent = answer("sendSms", 201)

    assert sent["content"] == {"body": "Hello Amala", "from_number": "SECOND"}
    clients.platform.await_status(sent["id"], "delivered")


def test_an_email_with_a_file_is_sent(answer, clients):
    sent = answer("sendEmail", 201)

    assert f"{clients.platform.api_url}/documents/" in sent["content"]["body"]
    assert sent["content"]["one_click_unsubscribe_url"] == "https://clients.example/unsubscribe"
    assert set(sent["sanitised_content"]) <= {"name"}
    clients.platform.await_status(sent["id"], "delivered")


def test_a_letter_is_sent(answer):
    assert answer("sendLetter", 201)["content"] == {
        "body": "Dear Amala",
        "subject": "About Amala",
    }


def test_a_finished_letter_is_sent(answer):
    sent = answer("sendPrecompiledLetter", 201)

    assert {**sent, "id": ""} == {"id": "", "reference": "node", "postage": "first"}


def test_a_notification_is_read(answer):
    shown = answer("getNotificationById")

    assert (shown["type"], shown["body"]) == ("sms", "Hello Amala")


def test_notifications_are_listed(answer):
    found = answer("getNotifications")

    assert [each["id"] for each in found["listed"]["notifications"]] == [found["sent"]["id"]]
    assert found["older"]["notifications"] == []


def test_the_pdf_of_a_letter_is_read(answer):
    assert answer("getPdfForLetterNotification") == {"begins": "%PDF-"}


def test_templates_are_read(answer, clients):
    assert answer("getTemplateById")["id"] == clients.template("email")
    assert answer("getTemplateByIdAndVersion")["version"] == 1
    assert [each["name"] for each in answer("getAllTemplates")["templates"]] == ["letter"]
    assert answer("previewTemplateById")["body"] == "Hello Amala"


def test_received_texts_are_read(answer):
    found = answer("getReceivedTexts")

    texts = found["all"]["received_text_messages"]
    assert [each["content"] for each in texts] == ["second", "first"]
    assert found["older"]["received_text_messages"] == texts[1:]


def test_a_file_is_prepared(answer):
    assert base64.b64decode(answer("prepareUpload", 0)["file"]) == b"text"


def test_a_proxy_and_an_own_http_client_are_used(answer, clients):
    url = f"{clients.platform.api_url}/v2/templates"

    assert answer("setProxy")["seen"] == [url]
    assert answer("setClient")["seen"] == [url]


def test_refusals_are_understood(report):
    assert report["refusals"]["a value is missing"] == {
        "status": 400,
        "data": {
            "status_code": 400,
            "errors": [{"error": "BadRequestError", "message": "Missing personalisation: name"}],
        },
    }
    no_pdf = report["refusals"]["a text has no PDF"]
    assert no_pdf["data"]["errors"] == [
        {"error": "BadRequestError", "message": "Notification is not a letter"}
    ]
