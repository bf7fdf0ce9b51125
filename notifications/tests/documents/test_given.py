import base64
from uuid import uuid4

import pytest

from notifications.documents.given import files_of, opened, require_fitting, require_set_up
from notifications.tests.clamd import EICAR
from notifications.tests.documents.conftest import archive
from notify_project.api.errors import ApiError, BadRequest, ServiceUnavailable, ValidationFailed
from services.read_models import find_service
from services.tests.factories import ServiceFactory

LIST = (
    "'.csv', '.doc', '.docx', '.jpeg', '.jpg', '.json', '.odt', '.pdf', '.png', '.rtf', '.txt', "
    "'.xlsx'"
)
BOOLEAN = "Use a boolean true or false value."
PERIODS = "Supported periods are from 1 to 78 weeks."
NO_FILENAME = "filename `filename` must end with a file extension. For example, filename.csv"
CONFIRM = "confirm_email_before_download"
HELLO = "aGVsbG8="


def coded(content):
    return base64.b64encode(content).decode()


def opened_one(**value):
    [file] = opened({"name": {"file": HELLO, **value}})
    return file


def refusal(action, *args):
    with pytest.raises(ApiError) as refused:
        action(*args)
    return refused.value


def violations(**value):
    refused = refusal(require_fitting, {"name": value})
    assert isinstance(refused, ValidationFailed)
    return refused.messages


def test_only_objects_with_a_file_are_files():
    file, nothing = {"file": HELLO}, {"file": None}

    found = files_of({"a": file, "b": {"x": 1}, "c": "file", "d": ["file"], "e": nothing})

    assert found == {"a": file, "e": nothing}


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"filename": "a.csv", CONFIRM: None, "retention_period": None},
        {CONFIRM: False, "retention_period": "1 week"},
        {"retention_period": "78 WEEKS"},
        {"retention_period": "  9 weeks "},
        {"is_csv": True},
        {"is_csv": None},
        {"filename": None},
        {"filename": ".x"},
    ],
)
def test_what_the_contract_allows_fits(value):
    require_fitting({"name": {"file": HELLO, **value}})


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"file": 5}, "file 5 is not of type string"),
        ({"file": None}, "file None is not of type string"),
        ({"filename": "abc"}, NO_FILENAME),
        ({"filename": 5}, NO_FILENAME),
        ({"is_csv": "yes"}, f"is_csv Unsupported value for is_csv: yes. {BOOLEAN}"),
        ({"is_csv": "{0}"}, f"is_csv Unsupported value for is_csv: {{0}}. {BOOLEAN}"),
        ({"is_csv": 1}, f"is_csv Unsupported value for is_csv: 1. {BOOLEAN}"),
        (
            {"is_csv": None, "filename": None},
            "Do not set a value for `is_csv` if `filename` is set.",
        ),
        ({CONFIRM: "no"}, f"{CONFIRM} Unsupported value for {CONFIRM}: no. {BOOLEAN}"),
        ({"foo": 1}, "Additional properties are not allowed (foo was unexpected)"),
    ],
)
def test_each_violation_has_its_words(value, message):
    assert violations(**{"file": "aGk=", **value}) == (message,)


@pytest.mark.parametrize(
    "period", ["79 weeks", "0 weeks", "01 week", "week", "4", 4, True, "4 days", "4\nweeks", ""]
)
def test_a_period_that_is_not_supported_is_told(period):
    assert violations(file="aGk=", retention_period=period) == (
        f"retention_period Unsupported value for retention_period: {period}. {PERIODS}",
    )


def test_the_first_bad_file_answers_with_all_its_violations():
    files = {
        "good": {"file": HELLO},
        "bad": {"file": 5, "is_csv": "x", "filename": "y"},
        "worse": {"file": 6},
    }

    assert refusal(require_fitting, files).messages == (
        "file 5 is not of type string",
        f"is_csv Unsupported value for is_csv: x. {BOOLEAN}",
        NO_FILENAME,
        "Do not set a value for `is_csv` if `filename` is set.",
    )


def test_a_service_without_contact_details_cannot_send_files(db, settings):
    settings.ADMIN_URL = "https://admin.example"
    service = ServiceFactory()

    error = refusal(require_set_up, find_service(service.id))

    assert (error.error, error.status_code) == ("BadRequestError", 400)
    assert error.message == (
        "Send files by email has not been set up - add contact details for your service at "
        f"https://admin.example/services/{service.id}/service-settings/send-files-by-email"
    )


def test_a_service_with_contact_details_may_send_files(db):
    require_set_up(find_service(ServiceFactory(contact_link="help@library.example").id))


def test_a_file_is_opened_with_the_defaults_of_the_contract():
    file = opened_one()

    assert (file.key, file.content, file.filename) == ("name", b"hello", None)
    assert (file.mime_type, file.extension) == ("text/plain", ".txt")
    assert (file.confirm_email, file.retention_weeks) == (True, 26)
    assert "hello" not in repr(file)


def test_a_file_is_opened_with_what_was_asked_for():
    file = opened_one(filename="My.List.CSV", retention_period=" 78 WEEKS", **{CONFIRM: False})

    assert (file.filename, file.mime_type, file.extension) == ("My.List.CSV", "text/csv", ".csv")
    assert (file.confirm_email, file.retention_weeks) == (False, 78)


def test_what_is_said_to_be_a_table_is_one():
    file = opened_one(is_csv=True)

    assert (file.mime_type, file.extension) == ("text/csv", ".csv")


@pytest.mark.parametrize("flag", [False, None])
def test_what_is_not_said_to_be_a_table_is_looked_at(flag):
    assert opened_one(is_csv=flag).mime_type == "text/plain"


@pytest.mark.parametrize("text", ["?", "aGVsbG8", "aGVs bG8=", "aGVsbG8=\n", "aGVs_w==", "é"])
def test_what_is_not_base64_is_refused(text):
    assert refusal(opened, {"a": {"file": text}}).message == "Document is not base64 encoded"


def test_two_mebibytes_are_accepted_and_a_byte_more_is_not():
    limit = 2 * 1024 * 1024

    [file] = opened({"a": {"file": coded(b"x" * limit)}})
    error = refusal(opened, {"a": {"file": coded(b"x" * (limit + 1))}})

    assert len(file.content) == limit
    assert error.message == "Uploaded file exceeds file size limit"


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ({"file": coded(archive("a.txt"))}, "application/zip"),
        ({"file": coded(b"GIF89a" + bytes(9))}, "image/gif"),
        ({"file": ""}, "application/x-empty"),
        ({"filename": "a.exe"}, ".exe"),
        ({"filename": "a.pdf.EXE"}, ".exe"),
        ({"filename": "a."}, "."),
    ],
)
def test_a_kind_that_is_not_supported_is_refused_with_the_list(value, kind):
    error = refusal(opened, {"a": {"file": HELLO, **value}})

    assert isinstance(error, BadRequest)
    assert error.message == f"Unsupported file type '{kind}'. Supported types are: {LIST}"


def test_a_name_may_have_a_hundred_characters():
    name = "x" * 96 + ".pdf"

    assert opened_one(filename=name).filename == name
    error = refusal(opened, {"a": {"file": HELLO, "filename": f"x{name}"}})
    assert error.message == "`filename` cannot be longer than 100 characters"


def test_a_virus_is_refused(clamd):
    error = refusal(opened, {"good": {"file": HELLO}, "bad": {"file": coded(EICAR)}})

    assert (error.error, error.message) == ("BadRequestError", "File did not pass the virus scan")
    assert clamd.scanned == [b"hello", EICAR]


def test_a_clean_file_passes_whatever_its_size(clamd):
    content = bytes(range(256)) * 1000

    opened({"a": {"file": coded(content), "filename": "a.png"}})

    assert clamd.scanned == [content]


@pytest.mark.parametrize("answer", ["INSTREAM size limit exceeded. ERROR", "", "\0"])
def test_a_scanner_without_a_verdict_lets_nothing_through(clamd, answer):
    clamd.answer = answer or " "

    error = refusal(opened, {"a": {"file": HELLO}})

    assert isinstance(error, ServiceUnavailable)
    assert error.status_code == 503


def test_a_scanner_that_is_away_lets_nothing_through(settings, closed_port):
    settings.CLAMAV_URL = f"tcp://127.0.0.1:{closed_port}"

    assert refusal(opened, {"a": {"file": HELLO}}).status_code == 503


def test_a_scanner_whose_socket_is_missing_lets_nothing_through(settings, tmp_path):
    settings.CLAMAV_URL = f"unix://{tmp_path / uuid4().hex}"

    assert refusal(opened, {"a": {"file": HELLO}}).status_code == 503
