from collections import Counter

import pytest

from notifications.spreadsheets.check import Checked
from notifications.spreadsheets.columns import match_columns
from notifications.spreadsheets.outcome import Circumstances, Code, find_refusal
from notifications.spreadsheets.problems import Kind
from notifications.tests.spreadsheets.templates import FakeTemplate

HEADERS = {
    "sms": ["phone number"],
    "email": ["email address"],
    "letter": ["address line 1", "address line 2", "postcode"],
}
# In the order in which they are looked at: what makes each apply.
CONDITIONS = {
    Code.TOO_MANY_ROWS: {"row_count": 100_001},
    Code.NO_ROWS: {"row_count": 0},
    Code.NO_RECIPIENT_COLUMN: {"header": ["name"]},
    Code.DUPLICATE_RECIPIENT_COLUMNS: {"header": ["phone number", "Phone_number"]},
    Code.MISSING_COLUMNS: {"header": ["phone number"]},
    Code.ALREADY_SENT: {"already_sent_today": True},
    Code.ROW_ERRORS: {"wrong": {Kind.MISSING: 1}},
    Code.OUTSIDE_TEAM: {"in_trial_mode": True, "strangers": 1},
    Code.TOO_MANY_RECIPIENTS: {"remaining": 1},
}


def refusal(kind="sms", content="Hi", header=None, wrong=None, **options):
    columns = match_columns(header or HEADERS[kind], FakeTemplate(kind, content))
    counted = {"row_count": 2} | {
        name: options.pop(name)
        for name in ("row_count", "strangers", "international")
        if name in options
    }
    checked = Checked(kind, columns, wrong=Counter(wrong or {}), **counted)
    return find_refusal(checked, Circumstances(**options))


@pytest.mark.parametrize("kind", HEADERS)
def test_a_file_without_fault_can_be_sent(kind):
    assert refusal(kind, remaining=2, remaining_international=0) is None


@pytest.mark.parametrize("code", CONDITIONS)
def test_the_first_condition_that_applies_is_named(code):
    place = list(CONDITIONS).index(code)
    later = {}
    for conditions in list(CONDITIONS.values())[:place:-1]:
        later |= conditions
    content = "Hi ((name))" if code is Code.MISSING_COLUMNS else "Hi"

    assert refusal(content=content, **later | CONDITIONS[code]).code is code


@pytest.mark.parametrize(
    ("options", "heading", "details"),
    [
        pytest.param(
            {"row_count": 100_001},
            "Your file has too many rows",
            ["Notify can process up to 100,000 rows at once"],
            id="too many rows",
        ),
        pytest.param({"row_count": 0}, "Your file is missing some rows", [], id="no rows"),
        pytest.param(
            {"header": ["name"]},
            "There’s a problem with your column names",
            ["Your file needs a column called ‘phone number’."],
            id="no phone number",
        ),
        pytest.param(
            {"kind": "email", "header": ["name"]},
            "There’s a problem with your column names",
            ["Your file needs a column called ‘email address’."],
            id="no email address",
        ),
        pytest.param(
            {"kind": "letter", "header": ["postcode"]},
            "There’s a problem with your column names",
            ["Your file needs at least 3 address columns"],
            id="no address",
        ),
        pytest.param(
            {"header": ["phone number", "Phone_number"]},
            "There’s a problem with your column names",
            ["We found more than one column called ‘phone number’"],
            id="two columns of numbers",
        ),
        pytest.param(
            {"content": "((name))"},
            "Your column names need to match the double brackets in your template",
            ["Your file is missing a column called ‘name’."],
            id="one column missing",
        ),
        pytest.param(
            {"content": "((a)) ((b)) ((c))"},
            "Your column names need to match the double brackets in your template",
            ["Your file is missing columns called ‘a’, ‘b’ and ‘c’."],
            id="several columns missing",
        ),
        pytest.param(
            {"already_sent_today": True},
            "These messages have already been sent today",
            [],
            id="already sent",
        ),
        pytest.param(
            {"in_trial_mode": True, "strangers": 1},
            "You cannot send to this phone number",
            ["In trial mode you can only send to yourself and members of your team"],
            id="one outside the team",
        ),
        pytest.param(
            {"kind": "email", "in_trial_mode": True, "strangers": 2},
            "You cannot send to these email addresses",
            ["In trial mode you can only send to yourself and members of your team"],
            id="several outside the team",
        ),
        pytest.param(
            {"kind": "letter", "in_trial_mode": True, "strangers": 2},
            "You cannot send letters while your service is in trial mode",
            [],
            id="letters in trial mode",
        ),
        pytest.param(
            {"remaining": 1},
            "Too many recipients",
            ["You can send 1 more text message today"],
            id="limit of the day",
        ),
        pytest.param(
            {"international": 2_001, "remaining_international": 2_000},
            "Too many recipients",
            ["You can send 2,000 more text messages to other countries today"],
            id="limit of texts abroad",
        ),
    ],
)
def test_a_refusal_is_worded(options, heading, details):
    found = refusal(**options)

    assert found.heading == heading
    assert list(found.details) == details


@pytest.mark.parametrize(
    ("kind", "wrong", "details"),
    [
        pytest.param(
            "sms",
            dict.fromkeys(Kind, 1),
            [
                "fix 1 phone number",
                "enter missing data in 1 row",
                "shorten the message in 1 row",
                "check you have content for the empty message in 1 row",
                "enter fewer characters for the QR code link in 1 row",
            ],
            id="one of each",
        ),
        pytest.param(
            "sms",
            dict.fromkeys(Kind, 2),
            [
                "fix 2 phone numbers",
                "enter missing data in 2 rows",
                "shorten the messages in 2 rows",
                "check you have content for the empty messages in 2 rows",
                "enter fewer characters for the QR code links in 2 rows",
            ],
            id="two of each",
        ),
        pytest.param("email", {Kind.RECIPIENT: 1}, ["fix 1 email address"], id="one email"),
        pytest.param("email", {Kind.RECIPIENT: 3}, ["fix 3 email addresses"], id="emails"),
        pytest.param("letter", {Kind.RECIPIENT: 1}, ["fix 1 address"], id="one address"),
        pytest.param("letter", {Kind.RECIPIENT: 3}, ["fix 3 addresses"], id="addresses"),
    ],
)
def test_what_is_wrong_with_rows_is_listed(kind, wrong, details):
    assert list(refusal(kind, wrong=wrong).details) == details
