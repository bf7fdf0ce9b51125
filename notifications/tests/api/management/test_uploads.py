"""A file of recipients is checked, and stored if it can be sent."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from notifications.api.management.uploads import NOT_A_FORM
from notifications.jobs.look import ERRORS_SHOWN, ROWS_SHOWN
from notifications.spreadsheets.refusals import MAX_FILE_BYTES, NOT_UTF8, TOO_LARGE
from notifications.tests.api.management.conftest import upload
from notifications.tests.jobs.conftest import texts
from notify_project.models import AuditEvent
from services.models import Service
from services.tests.api.management.client import member
from services.tests.factories import ServiceFactory, ServiceSmsSenderFactory, UserFactory
from templates_app.tests.factories import TemplateFactory
from templates_app.versions import archive_template

pytestmark = pytest.mark.django_db


def stored(files):
    return sorted(path.suffix for path in (files / "jobs").rglob("*.*"))


def test_a_file_that_can_be_sent_is_shown_priced_and_stored(caller, template, files, prices):
    status, answer = upload(caller, template, "phone number,name\n07900900123,Jo\n07900900124,Al")

    shown = {"subject": None, "fragments": 1}
    assert status == 201
    assert answer == {
        "id": answer["id"],
        "can_be_sent": True,
        "refusal": None,
        "original_file_name": "people.csv",
        "template": {
            "id": str(template.id),
            "version": 1,
            "name": template.name,
            "template_type": "sms",
        },
        "row_count": 2,
        "columns": {
            "found": ["phone number", "name"],
            "missing": [],
            "duplicates": [],
            "has_recipient": True,
        },
        "row_errors": {"count": 0, "rows": 0, "first": []},
        "first_messages": [
            shown | {"row": 2, "recipient": "07900900123", "body": "Hello Jo"},
            shown | {"row": 3, "recipient": "07900900124", "body": "Hello Al"},
        ],
        "estimate": {
            "messages": 2,
            "fragments": 2,
            "chargeable_units": 2,
            "free_allowance_left": 2,
            "free_allowance_used": 2,
            "charged_units": 0,
            "cost": 0.0,
            "cost_is_least": False,
        },
    }  # fmt: skip
    assert stored(files) == [".csv", ".json"]


def test_what_must_be_mended_is_listed_by_row_and_column_and_nothing_is_stored(
    caller, template, files
):
    before = AuditEvent.objects.count()

    status, answer = upload(caller, template, "phone number,name\nabc,Al\n,\n07900900123,Jo")

    messages = [
        (each["row"], each["column"], each["value"]) for each in answer["row_errors"]["first"]
    ]
    assert (status, answer["id"], answer["can_be_sent"]) == (200, None, False)
    assert answer["refusal"]["code"] == "row-errors"
    assert answer["refusal"]["details"] == ["fix 1 phone number", "enter missing data in 1 row"]
    assert messages == [
        (2, "phone number", "abc"),
        (3, "phone number", ""),
        (3, "name", ""),
    ]
    assert answer["row_errors"]["first"][2]["message"] == "Enter a value"
    assert (answer["row_errors"]["count"], answer["row_errors"]["rows"]) == (3, 2)
    assert answer["first_messages"][1]["body"] == "Hello ((name))"
    assert stored(files) == []
    assert AuditEvent.objects.count() == before


def test_of_many_rows_the_first_are_shown_and_all_are_counted(caller, template):
    count = ERRORS_SHOWN + 5
    _, answer = upload(caller, template, "\n".join(["phone number,name", *["abc,x"] * count]))

    assert len(answer["first_messages"]) == ROWS_SHOWN
    assert len(answer["row_errors"]["first"]) == ERRORS_SHOWN
    assert answer["row_errors"]["count"] == answer["row_count"] == count


def test_missing_columns_are_named_and_rows_are_not_blamed(caller, template):
    status, answer = upload(caller, template, "phone\n07900900123")

    assert (status, answer["can_be_sent"], answer["estimate"]) == (200, False, None)
    assert answer["columns"]["missing"] == ["phone number", "name"]
    assert answer["columns"]["has_recipient"] is False
    assert answer["row_errors"]["count"] == 0
    assert answer["first_messages"] == []


def test_strangers_of_a_service_on_trial_are_named_by_row(files, recorded_tasks):
    service = ServiceFactory(trial=True)
    template = TemplateFactory(service=service)
    caller = member(service, "send_texts", user=UserFactory(mobile_number="07900900123"))

    _, answer = upload(caller, template, texts(1) + "\n07900900123,Jo")

    [error] = answer["row_errors"]["first"]
    assert answer["refusal"]["code"] == "outside-team"
    assert (error["row"], error["column"]) == (2, None)
    assert "not a member of the team" in error["message"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("people.csv", "né".encode("cp1252"), NOT_UTF8),
        ("people.exe", b"MZ", "The file must be a spreadsheet that Notify can read"),
        ("people.csv", b"a" * (MAX_FILE_BYTES + 1), TOO_LARGE),
    ],
    ids=["cp1252", "no spreadsheet", "too large"],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(
    caller, template, files, name, content, message
):
    assert upload(caller, template, content, name=name) == (
        400,
        {"result": "error", "message": {"file": [message]}},
    )
    assert stored(files) == []


def test_a_hostile_name_is_kept_as_harmless_text(caller, template):
    name = "../../<script>é\u202e.csv"

    _, answer = upload(caller, template, texts(1), name=name)

    assert "/" not in answer["original_file_name"]
    assert answer["original_file_name"].isascii()


def test_what_the_form_lacks_is_said(caller, template):
    path, token = f"/service/{template.service_id}/upload", f"Bearer {caller.token}"

    def ask(*arguments, **options):
        response = caller.client.post(path, *arguments, HTTP_AUTHORIZATION=token, **options)
        return response.status_code, response.json()["message"]

    assert ask({}) == (
        400,
        {"file": ["No file was submitted."], "template_id": ["This field is required."]},
    )
    assert ask({"colour": "red"})[1] == {"colour": ["There is no such field"]}
    assert ask(json.dumps({}), content_type="application/json") == (400, NOT_A_FORM)
    assert ask(b"x", content_type="multipart/form-data")[0] == 400
    assert ask(b"x", content_type="multipart/form-data; boundary=y")[0] == 400


def test_templates_and_senders_of_others_and_archived_ones_are_refused(caller, template, files):
    other = TemplateFactory()
    sender = ServiceSmsSenderFactory(service=other.service)
    own = ServiceSmsSenderFactory(service=template.service)
    no_template = {"template_id": ["There is no such template to send"]}

    def refused(**fields):
        status, answer = upload(caller, template, texts(1), **fields)
        assert status == 400
        return answer["message"]

    assert "does not exist in database" in refused(sender_id=str(sender.id))
    assert refused(template_id=str(other.id)) == no_template
    assert upload(caller, template, texts(1), sender_id=str(own.id))[0] == 201
    archive_template(template, actor=None)
    assert refused() == no_template


def test_each_channel_has_its_permission(template, files):
    service = template.service
    email = TemplateFactory(service=service, email=True)
    caller = member(service, "send_emails")

    status, answer = upload(caller, template, texts(1))

    assert (status, answer["message"]) == (403, "The permission send_texts is needed")
    assert upload(caller, email, "email address,name\njo@example.org,Jo")[0] == 201
    nobody = upload(member(service, "view_activity", "manage_settings"), email, texts(1))
    assert nobody[0] == 403
    assert "send_emails or send_letters or send_texts" in nobody[1]["message"]


def test_a_service_that_may_not_use_the_channel_stores_nothing(files, recorded_tasks):
    template = TemplateFactory(service=ServiceFactory(permissions=("email",)))
    caller = member(template.service, "send_texts")

    assert upload(caller, template, texts(1)) == (
        400,
        {"result": "error", "message": "Service is not allowed to send text messages"},
    )
    Service.objects.filter(id=template.service_id).update(active=False)
    assert upload(caller, template, texts(1))[1]["message"] == "The service is archived"


def test_a_form_of_another_site_is_refused_as_a_forgery(template, files):
    browser = Client(enforce_csrf_checks=True, raise_request_exception=False)
    browser.force_login(UserFactory(support=True))
    path = f"/service/{template.service_id}/upload"
    form = {"file": SimpleUploadedFile("a.csv", b""), "template_id": str(template.id)}

    forged = browser.post(path, form)
    browser.cookies["csrftoken"] = "x" * 32
    form["file"] = SimpleUploadedFile("a.csv", texts(1).encode())
    meant = browser.post(path, form, HTTP_X_CSRFTOKEN="x" * 32)

    assert (forged.status_code, meant.status_code) == (403, 201)
    assert "CSRF" in forged.json()["message"]
