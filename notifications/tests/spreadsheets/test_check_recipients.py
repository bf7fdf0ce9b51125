"""The command that checks a file of recipients."""

import csv
import json
import uuid
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from notifications.tests.spreadsheets.files import xlsx
from services.models import ServiceGuestList
from services.tests.factories import ServiceFactory, UserFactory
from templates_app.tests.factories import TemplateFactory
from templates_app.versions import archive_template

pytestmark = pytest.mark.django_db

GOOD = b"phone number,name\n07700900205,Jo\n"
BAD = b"phone number,name\n07700900205,Jo\nabc,\n07700900205,\n"


@pytest.fixture
def template():
    return TemplateFactory(service=ServiceFactory(restricted=False), content="Hi ((name))")


@pytest.fixture
def check(template, tmp_path):
    """Return a function that checks a file and returns what is printed."""

    def run(content, *arguments, name="people.csv", template_id=template.id):
        path = tmp_path / name
        path.write_bytes(content)
        out = StringIO()
        try:
            call_command(
                "check_recipients", str(path), f"--template={template_id}", *arguments,
                stdout=out, stderr=StringIO(),
            )  # fmt: skip
        except CommandError as error:
            return out.getvalue(), str(error).replace(str(path), name)
        return out.getvalue(), None

    return run


def test_a_good_file_is_said_to_be_good(check):
    assert check(GOOD) == ("1 row, 0 to mend\nThese messages can be sent\n", None)


def test_a_spreadsheet_is_read_too(check):
    content = xlsx([["name", "phone number"], ["Jo", 7700900205]])

    assert check(content, name="people.XLSX")[1] is None


def test_what_to_mend_is_printed_and_the_command_fails(check):
    printed, error = check(BAD)

    assert printed.splitlines() == [
        "3 rows, 2 to mend",
        "There’s a problem with your file",
        "  fix 1 phone number",
        "  enter missing data in 2 rows",
        "row 3, name: Enter a value",
        "row 3, phone number ‘abc’: Mobile numbers can only include: 0 1 2 3 4 5 6 7 8 9 ( ) + -",
        "row 4, name: Enter a value",
    ]
    assert error == "people.csv cannot be sent as it is"


def test_rows_are_counted_from_the_names_of_columns_without_hidden_ones(check):
    def hide_a_row(sheet):
        sheet.row_dimensions[3].hidden = True

    rows = [[], ["phone number", "name"], ["07700900205", "Jo"], ["abc", "Jo"]]

    printed, _ = check(xlsx(rows, hide_a_row), name="people.xlsx")

    assert "row 2, phone number ‘abc’" in printed


def test_an_example_has_the_columns_of_the_template(template):
    out = StringIO()

    call_command("check_recipients", "--example", f"--template={template.id}", stdout=out)

    assert list(csv.reader(StringIO(out.getvalue()))) == [
        ["phone number", "name"],
        ["07700 900321", "example"],
    ]


@pytest.mark.parametrize(
    "arguments",
    [[], ["people.csv", "--example"], ["--example", "--json"], ["--example", "--report=a.csv"]],
    ids=["neither", "both", "JSON of an example", "report of an example"],
)
def test_a_file_is_checked_or_an_example_printed(template, arguments):
    with pytest.raises(CommandError):
        call_command("check_recipients", *arguments, f"--template={template.id}")


def test_the_names_of_columns_come_before_all_else(check):
    printed, error = check(b"name\nJo\n")

    assert printed.splitlines() == [
        "1 row, 0 to mend",
        "There’s a problem with your column names",
        "  Your file needs a column called ‘phone number’.",
    ]
    assert error is not None


def test_more_than_fits_a_screen_is_left_to_the_report(check, tmp_path):
    report = tmp_path / "report.csv"

    printed, _ = check(b"phone number,name\n" + b"abc,Jo\n" * 60, f"--report={report}")

    assert printed.splitlines()[-1] == "… and 10 more, which --report writes to a file"
    with report.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 60
    assert rows[59]["row"] == "61"
    assert rows[59]["column"] == "phone number"
    assert rows[59]["value"] == "abc"
    assert rows[59]["what to do"].startswith("Mobile numbers can only include")


def test_json_has_all_there_is(check):
    printed, error = check(b"phone number,name\n" + b"abc,Jo\n" * 60, "--json")

    found = json.loads(printed)
    assert found["rows"] == found["rows_to_mend"] == len(found["entries"]) == 60
    assert found["entries"][0] == {
        "row": 2,
        "column": "phone number",
        "value": "abc",
        "what_to_do": "Mobile numbers can only include: 0 1 2 3 4 5 6 7 8 9 ( ) + -",
    }
    assert found["refusal"] == {
        "code": "row-errors",
        "heading": "There’s a problem with your file",
        "details": ["fix 60 phone numbers"],
    }
    assert error is not None


def test_json_of_a_good_file_refuses_nothing(check):
    printed, error = check(GOOD, "--json")

    assert json.loads(printed) == {"rows": 1, "rows_to_mend": 0, "refusal": None, "entries": []}
    assert error is None


def test_names_of_columns_are_in_json_and_report(check, tmp_path):
    report = tmp_path / "report.csv"

    printed, _ = check(b"name\nJo\n", "--json", f"--report={report}")

    wanted = "Your file needs a column called ‘phone number’."
    assert [entry["what_to_do"] for entry in json.loads(printed)["entries"]] == [wanted]
    assert wanted in report.read_text(encoding="utf-8-sig")


def test_a_service_in_trial_mode_sends_to_its_team_only(check):
    service = ServiceFactory(restricted=True)
    template = TemplateFactory(service=service, content="Hi ((name))")
    ServiceGuestList.objects.create(
        service=service, recipient_type=ServiceGuestList.Kind.MOBILE, recipient="07700900205"
    )

    assert check(GOOD, template_id=template.id)[1] is None
    printed, _ = check(GOOD.replace(b"205", b"206"), template_id=template.id)

    assert "You cannot send to this phone number" in printed


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (
            b"\xff",
            "a.csv",
            "Notify cannot read the characters in this file - save it as ‘CSV UTF-8’, or send the "
            "spreadsheet itself",
        ),
        (b"a", "a.pdf", "The file must be a spreadsheet that Notify can read"),
    ],
    ids=["bytes", "kind"],
)
def test_a_file_that_cannot_be_read_is_refused(check, content, name, message):
    assert check(content, name=name) == ("", f"{name}: {message}")


def test_a_file_that_is_not_there_is_refused(template):
    with pytest.raises(CommandError, match="No such file"):
        call_command("check_recipients", "/nowhere.csv", f"--template={template.id}")


def test_a_report_that_cannot_be_written_is_refused(check, tmp_path):
    assert "No such file" in check(GOOD, f"--report={tmp_path}/nowhere/report.csv")[1]


def test_a_disk_without_room_for_the_report_is_named_as_the_reason(check):
    assert check(GOOD, "--report=/dev/full")[1] == "[Errno 28] No space left on device"


@pytest.mark.parametrize(
    "link", [None, "symlink_to", "hardlink_to"], ids=["itself", "symbolic link", "hard link"]
)
def test_a_report_does_not_overwrite_the_file_of_recipients(check, tmp_path, link):
    people = report = tmp_path / "people.csv"
    if link is not None:
        people.touch()
        report = tmp_path / "report.csv"
        getattr(report, link)(people)

    printed, error = check(BAD, f"--report={report}")

    assert printed == ""
    assert error.endswith(f"{report.name} is the file of recipients: write the report elsewhere")
    assert people.read_bytes() == BAD


def test_an_unknown_template_is_refused(check):
    unknown = uuid.uuid4()

    assert check(GOOD, template_id=unknown)[1] == f"there is no template {unknown}"


def test_another_services_template_is_refused(check, template):
    other = ServiceFactory()

    assert check(GOOD, f"--service={other.id}")[1] == f"there is no template {template.id}"
    assert check(GOOD, f"--service={template.service_id}")[1] is None


def test_a_deleted_template_is_refused(check, template):
    archive_template(template, actor=UserFactory())

    assert check(GOOD)[1] == f"template {template.id} cannot be sent any more"


def test_nothing_personal_is_logged(check, caplog):
    check(BAD)

    assert "07700900205" not in caplog.text
    assert "abc" not in caplog.text
