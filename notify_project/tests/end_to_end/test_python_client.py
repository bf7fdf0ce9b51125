"""Every public method of the official Python client, unmodified, against the running platform."""

import base64
import inspect
import io

import pytest
from notifications_python_client import NotificationsAPIClient, prepare_upload
from notifications_python_client.errors import HTTPError

from notify_project.tests.end_to_end.clients_world import ADDRESS, SERVICE, small_pdf
from notify_project.tests.end_to_end.platform import eventually

UUID_LENGTH = 36
TRIALS = {}


def trial(function):
    """Note how the method of this name is tried."""
    TRIALS[function.__name__] = function
    return function


class Watched:
    """The client, and the names of what was asked of it."""

    def __init__(self, client):
        self._client = client
        self.asked = set()

    def __getattr__(self, name):
        self.asked.add(name)
        return getattr(self._client, name)


def public_methods(kind):
    return {
        name
        for name, value in inspect.getmembers(kind)
        if callable(value) and not name.startswith("_")
    }


@trial
def send_sms_notification(client, world):
    sent = client.send_sms_notification(
        "07900900123",
        world.template("text"),
        personalisation={"name": "Amala"},
        reference="a text",
        sms_sender_id=world.sms_sender,
    )

    assert sent["content"] == {"body": "Hello Amala", "from_number": "SECOND"}
    assert (sent["reference"], len(sent["id"])) == ("a text", UUID_LENGTH)
    assert sent["uri"] == f"{world.platform.api_url}/v2/notifications/{sent['id']}"
    assert sent["template"]["id"] == world.template("text")


@trial
def send_email_notification(client, world):
    file = prepare_upload(
        io.BytesIO(b"name,age\nAmala,42\n"),
        filename="people.csv",
        confirm_email_before_download=False,
        retention_period="4 weeks",
    )

    sent = client.send_email_notification(
        "amala@example.org",
        world.template("email"),
        personalisation={"name": "[Amala](https://bad.example)", "file": file},
        reference="an email",
        email_reply_to_id=world.reply_to,
        one_click_unsubscribe_url="https://clients.example/unsubscribe",
        sanitise_content_for=["name"],
    )

    assert sent["reference"] == "an email"
    assert sent["content"]["one_click_unsubscribe_url"] == "https://clients.example/unsubscribe"
    assert f"{world.platform.api_url}/documents/" in sent["content"]["body"]
    assert set(sent["sanitised_content"]) == {"name"}
    mail = eventually(world.mails, what="a mail")[0]
    assert mail["to"] == "amala@example.org"


@trial
def send_letter_notification(client, world):
    sent = client.send_letter_notification(
        world.template("letter"), {**ADDRESS, "name": "Amala"}, reference="a letter"
    )

    assert sent["content"] == {"body": "Dear Amala", "subject": "About Amala"}
    assert sent["reference"] == "a letter"
    shown = client.get_notification_by_id(sent["id"])
    assert (shown["type"], shown["line_1"]) == ("letter", "Amala Bird")


@trial
def send_precompiled_letter_notification(client, world):
    sent = client.send_precompiled_letter_notification(
        "a finished letter", io.BytesIO(small_pdf()), postage="first"
    )

    assert {**sent, "id": ""} == {"id": "", "reference": "a finished letter", "postage": "first"}
    shown = client.get_notification_by_id(sent["id"])
    assert (shown["type"], shown["postage"]) == ("letter", "first")


@trial
def get_pdf_for_letter(client, world):
    pdf = client.get_pdf_for_letter(world.checked_letter).read()

    assert pdf.startswith(b"%PDF-")
    assert pdf.rstrip().endswith(b"%%EOF")


@trial
def get_notification_by_id(client, world):
    sent = client.send_sms_notification("07900900123", world.template("text"), {"name": "Amala"})

    shown = client.get_notification_by_id(sent["id"])

    assert (shown["id"], shown["type"]) == (sent["id"], "sms")
    assert (shown["body"], shown["phone_number"]) == ("Hello Amala", "07900900123")


@trial
def get_all_notifications(client, world):
    text = client.send_sms_notification(
        "07900900123", world.template("text"), {"name": "A"}, reference="listed"
    )
    world.platform.await_status(text["id"], "delivered")

    def listed(**filters):
        return [
            each["id"]
            for each in client.get_all_notifications(reference="listed", **filters)["notifications"]
        ]

    assert listed() == listed(status="delivered", template_type="sms") == [text["id"]]
    assert listed(status=["failed", "delivered"], include_jobs=True) == [text["id"]]
    assert listed(status="failed") == listed(template_type="email") == []
    assert listed(older_than=text["id"]) == []


@trial
def get_all_notifications_iterator(client, world):
    ids = [
        client.send_sms_notification(
            "07900900123", world.template("text"), {"name": "A"}, reference="iterated"
        )["id"]
        for _ in range(3)
    ]

    found = list(client.get_all_notifications_iterator(reference="iterated"))

    assert [each["id"] for each in found] == ids[::-1]


@trial
def get_template(client, world):
    found = client.get_template(world.template("email"))

    assert (found["name"], found["type"], found["subject"]) == ("email", "email", "About ((name))")
    assert set(found["personalisation"]) == {"name", "file"}


@trial
def get_template_version(client, world):
    found = client.get_template_version(world.template("text"), 1)

    assert (found["version"], found["body"]) == (1, "Hello ((name))")


@trial
def get_all_templates(client, world):
    found = client.get_all_templates()["templates"]
    letters = client.get_all_templates(template_type="letter")["templates"]

    assert [each["name"] for each in found] == ["email", "letter", "text"]
    assert [each["id"] for each in letters] == [world.template("letter")]


@trial
def get_all_template_versions(client, world):
    # A page of the incumbent's own web application: services' keys do not open it there either.
    with pytest.raises(HTTPError) as refused:
        client.get_all_template_versions(world.template("text"))

    assert 400 <= refused.value.status_code < 500


@trial
def post_template_preview(client, world):
    shown = client.post_template_preview(world.template("email"), {"name": "Amala", "file": "F"})

    assert (shown["id"], shown["type"], shown["version"]) == (world.template("email"), "email", 1)
    assert (shown["subject"], shown["body"]) == ("About Amala", "# Dear Amala\n\nF")
    assert "Dear Amala" in shown["html"]


@trial
def get_received_texts(client, world):
    answer = client.get_received_texts()
    newest, oldest = answer["received_text_messages"]
    older = client.get_received_texts(older_than=newest["id"])["received_text_messages"]

    assert (newest["content"], oldest["content"]) == ("second", "first")
    assert {key: newest[key] for key in ("user_number", "notify_number", "service_id")} == {
        "user_number": "447700900222",
        "notify_number": "07700900111",
        "service_id": world.id,
    }
    assert older == [oldest]


@trial
def get_received_texts_iterator(client, world):
    contents = [each["content"] for each in client.get_received_texts_iterator()]

    assert contents == ["second", "first"]


@trial
def get(client, world):
    assert client.get("/v2/templates", params={"type": "sms"})["templates"][0]["name"] == "text"


@trial
def post(client, world):
    body = {"phone_number": "07900900123", "template_id": world.template("text")}

    sent = client.post("/v2/notifications/sms", data={**body, "personalisation": {"name": "A"}})

    assert sent["content"]["body"] == "Hello A"


@trial
def put(client, world):
    refuses(lambda: client.put("/v2/notifications", data={}))


@trial
def delete(client, world):
    refuses(lambda: client.delete("/v2/notifications"))


@trial
def request(client, world):
    assert client.request("GET", "/v2/templates")["templates"]


@trial
def generate_headers(client, world):
    headers = client.generate_headers("a token")

    assert headers["Authorization"] == "Bearer a token"


def refuses(call):
    with pytest.raises(HTTPError) as refused:
        call()
    assert refused.value.status_code == 405
    assert refused.value.response.json()["errors"][0]["error"] == "MethodNotAllowed"


@pytest.mark.parametrize("method", sorted(TRIALS))
def test_the_method_works(method, clients):
    client = Watched(clients.platform.client("clients", SERVICE))

    TRIALS[method](client, clients)

    assert method in client.asked


def test_every_public_method_is_tried():
    assert public_methods(NotificationsAPIClient) == set(TRIALS)


def test_a_file_is_prepared_for_upload():
    prepared = prepare_upload(io.BytesIO(b"content"), filename="a.txt")

    assert base64.b64decode(prepared["file"]) == b"content"
    assert set(prepared) == {
        "file",
        "filename",
        "confirm_email_before_download",
        "retention_period",
    }
