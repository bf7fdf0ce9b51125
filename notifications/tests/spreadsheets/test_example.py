import io

import pytest

from notifications.spreadsheets.check import check
from notifications.spreadsheets.example import example_file
from notifications.spreadsheets.problems import Kind
from notifications.tests.spreadsheets.templates import FakeTemplate


@pytest.mark.parametrize(
    ("kind", "header", "recipient"),
    [
        ("email", "email address", "test@example.com"),
        ("sms", "phone number", "07700 900321"),
        (
            "letter",
            "address line 1,address line 2,postcode",
            "A. Name,123 Example Street,XM4 5HQ",
        ),
    ],
)
def test_the_example_has_a_column_for_each_field(kind, header, recipient):
    template = FakeTemplate(kind, "((a, b)) ((Phone Number)) ((date))")

    lines = example_file(template).splitlines()

    other = "" if kind == "sms" else ",Phone Number"
    assert lines == [
        f'{header},"a, b"{other},date',
        f"{recipient},example{',example' if other else ''},example",
    ]


@pytest.mark.parametrize("kind", ["email", "sms", "letter"])
def test_the_example_fits_its_template(kind):
    template = FakeTemplate(kind, "Hi ((name)), your ((thing)) is ready")

    checked = check(io.StringIO(example_file(template)), template, set())

    assert checked.columns.are_usable
    # The postcode is one that no letter is sent to.
    assert checked.wrong == ({Kind.RECIPIENT: 1} if kind == "letter" else {})
