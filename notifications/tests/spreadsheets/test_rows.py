import pytest

from notifications.spreadsheets.problems import Kind
from notifications.spreadsheets.rows import Rows, lines_of
from notifications.tests.spreadsheets.templates import FakeTemplate


def rows_of(text, kind="sms", content="Hi", permissions=()):
    return list(Rows(lines_of(text.encode()), FakeTemplate(kind, content), set(permissions)))


def only_row(*arguments, **options):
    [row] = rows_of(*arguments, **options)
    return row


def test_cells_are_cleaned_and_numbered():
    text = 'phone number , name\n\u00a007700900205\u200b, "\tJo "\n\n07700900206,x\n'

    rows = rows_of(text, content="Hi ((name))")

    assert rows[0].personalisation == {"phonenumber": "07700900205", "name": "Jo"}
    assert [(row.number, row.number_shown) for row in rows] == [(0, 2), (1, 3), (2, 4)]
    assert rows[1].errors == {"phonenumber": "Missing", "name": "Missing"}


@pytest.mark.parametrize(
    ("cells", "items"),
    [
        ("pen,,ink", ["pen", None, "ink"]),
        ("pen", ["pen", None, None]),
        (",pen,", ["pen", None]),
        (",,ink", ["ink"]),
    ],
)
def test_several_columns_make_a_list_without_leading_blanks(cells, items):
    row = only_row(f"phone number,item,item,Item\n07700900205,{cells}\n", content="((item))")

    assert row.personalisation["item"] == items
    assert not row.problems


def test_a_list_of_blanks_is_missing():
    row = only_row("phone number,item,item\n07700900205\n", content="((item))")

    assert row.errors == {"item": "Missing"}


def test_a_reference_is_kept_aside():
    rows = rows_of("phone number,reference\n07700900205, A1 \n07700900205\n")

    assert [row.client_reference for row in rows] == ["A1", None]
    assert "reference" not in rows[0].personalisation


def test_values_without_a_name_are_kept_for_display_only():
    row = only_row("phone number\n07700900205,x,y\n")

    assert row.cells == ["07700900205", "x", "y"]
    assert row.personalisation == {"phonenumber": "07700900205"}


@pytest.mark.parametrize(
    ("number", "permissions", "normalised"),
    [
        ("07700 900205", [], "447700900205"),
        ("7700900205", [], "447700900205"),
        ("+33 6 12 34 56 78", ["international_sms"], "33612345678"),
        ("020 7946 0991", ["sms_to_uk_landlines"], "442079460991"),
    ],
)
def test_a_number_is_normalised(number, permissions, normalised):
    row = only_row(f"phone number\n{number}\n", permissions=permissions)

    assert row.recipient.normalised == normalised
    assert row.recipient.is_international == number.startswith("+33")


@pytest.mark.parametrize(
    ("number", "permissions"),
    [
        ("+33 6 12 34 56 78", ["sms_to_uk_landlines"]),
        ("020 7946 0991", ["international_sms"]),
    ],
)
def test_a_number_needs_the_permission_of_the_service(number, permissions):
    row = only_row(f"phone number\n{number}\n", permissions=permissions)

    assert row.recipient is None
    assert row.errors["phonenumber"].startswith("This does not look like a UK mobile number")


def test_an_email_address_is_normalised():
    row = only_row("email address\nJo@Example.org\n", kind="email")

    assert row.recipient.normalised == "jo@example.org"
    assert row.personalisation == {"emailaddress": "Jo@Example.org"}


def test_an_address_is_read_from_its_lines():
    header = "address line 1,address line 2,address line 3,postcode"

    row = only_row(f"{header}\nJo,,1 High St,sw1a2aa\n", kind="letter")

    assert row.recipient.normalised == "Jo\n1 High St\nSW1A 2AA"
    assert not row.problems


@pytest.mark.parametrize(
    ("address", "permissions", "message"),
    [
        pytest.param("Jo,SW1A 2AA,", [], "Address must be at least 3 lines long", id="short"),
        pytest.param(
            "Jo,1 High St,London",
            [],
            "Last line of the address must be a real UK postcode",
            id="uk",
        ),
        pytest.param(
            "Jo,1 Rue Verte,France",
            [],
            "You do not have permission to send letters to other countries",
            id="abroad",
        ),
        pytest.param(
            "Jo,1 Rue Verte,Ruritania",
            ["international_letters"],
            "The last line of the address must be a UK postcode or the name of a country",
            id="nowhere",
        ),
        pytest.param("NFA,1 High St,SW1A 2AA", [], "Enter a real address", id="no abode"),
    ],
)
def test_a_bad_address_is_a_problem_of_the_whole_row(address, permissions, message):
    header = "address line 1,address line 2,address line 7"

    row = only_row(f"{header}\n{address}\n", kind="letter", permissions=permissions)

    assert [(each.kind, each.key, each.message) for each in row.problems] == [
        (Kind.RECIPIENT, None, message)
    ]


def test_a_letter_abroad_needs_the_permission_of_the_service():
    text = "address line 1,address line 2,address line 7\nJo,1 Rue Verte,France\n"

    row = only_row(text, kind="letter", permissions=["international_letters"])

    assert row.recipient.is_international
    assert not row.problems


def test_a_row_can_have_several_problems():
    row = only_row(f"phone number,m\nabc,{'x' * 919}\n", content="((m))")

    assert [each.kind for each in row.problems] == [Kind.RECIPIENT, Kind.TOO_LONG]
