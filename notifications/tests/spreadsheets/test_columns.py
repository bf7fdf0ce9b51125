import pytest

from notifications.spreadsheets.columns import match_columns
from notifications.tests.spreadsheets.templates import FakeTemplate

SMS = FakeTemplate("sms", "Hi ((First name)), ((thing))")
LETTER = FakeTemplate("letter", "Hi ((name)) of ((address line 1))")


def test_names_are_matched_whatever_their_order_and_spelling():
    columns = match_columns(["THING", " first_name\u200b", "notes", "Phone-Number"], SMS)

    assert [(each.name, each.key, each.places) for each in columns.fields] == [
        ("THING", "thing", (0,)),
        ("first_name", "firstname", (1,)),
        ("Phone-Number", "phonenumber", (3,)),
    ]
    assert columns.headings == ("THING", "first_name", "notes", "Phone-Number")
    assert columns.are_usable


def test_columns_of_the_same_field_make_a_list_even_if_they_are_spelt_differently():
    columns = match_columns(["phone number", "thing", "first name", "Thing", "thing"], SMS)

    assert {each.key: each.places for each in columns.fields} == {
        "phonenumber": (0,),
        "thing": (1, 3, 4),
        "firstname": (2,),
    }
    assert columns.are_usable


def test_two_columns_for_the_recipient_are_duplicates():
    columns = match_columns(["Phone number", "thing", "first name", "phonenumber"], SMS)

    assert columns.duplicates == (("Phone number", "phonenumber"),)
    assert columns.fields[0].places == (3,)
    assert not columns.are_usable


def test_two_columns_for_one_line_of_an_address_are_duplicates():
    header = ["address line 1", "address line 2", "postcode", "Address_line_2", "name"]

    assert match_columns(header, LETTER).duplicates == (("address line 2", "Address_line_2"),)


def test_missing_columns_are_named_as_the_template_spells_them():
    assert match_columns(["email address"], SMS).missing == ("phone number", "First name", "thing")
    assert match_columns([], FakeTemplate("email", "Hi")).missing == ("email address",)


def test_a_field_may_be_the_recipient():
    columns = match_columns(["phone number"], FakeTemplate("sms", "Is this ((Phone Number))?"))

    assert columns.are_usable
    assert len(columns.fields) == 1


def test_lines_of_an_address_are_never_missing():
    columns = match_columns(["address line 2", "address line 3", "postcode", "name"], LETTER)

    assert columns.missing == ()
    assert columns.are_usable


@pytest.mark.parametrize(
    ("lines", "is_enough"),
    [
        ("1, 2, postcode", True),
        ("5, 6, postcode", True),
        ("1, 2, 7", True),
        ("1, 2, 3", True),
        ("1, postcode", False),
        ("1, 7, postcode", False),
        ("1, 2, 8", False),
        ("1, 2, 2", False),
    ],
)
def test_an_address_needs_three_columns(lines, is_enough):
    header = [line if line == "postcode" else f"address line {line}" for line in lines.split(", ")]

    columns = match_columns(header, FakeTemplate("letter", "Hi"))

    assert columns.has_recipient == is_enough


@pytest.mark.parametrize(
    ("header", "last"),
    [
        (["address line 1", "address line 2", "postcode"], "postcode"),
        (["address line 1", "postcode", "address line 7"], "addressline7"),
    ],
    ids=["postcode", "seventh line"],
)
def test_a_seventh_line_stands_in_for_the_postcode(header, last):
    columns = match_columns(header, FakeTemplate("letter", "Hi"))

    assert columns.recipient_keys[-1] == last


def test_a_reference_is_no_field_unless_the_template_has_it():
    header = ["phone number", "Reference"]

    assert match_columns(header, FakeTemplate("sms", "Hi")).reference == 1
    assert len(match_columns(header, FakeTemplate("sms", "Hi")).fields) == 1
    assert len(match_columns(header, FakeTemplate("sms", "Hi ((reference))")).fields) == 2
