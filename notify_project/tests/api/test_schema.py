import pytest
from freezegun import freeze_time

from notify_project.api.errors import ValidationFailed
from notify_project.api.schema import (
    EMAIL_ADDRESS,
    HTTPS_URL,
    PERSONALISATION,
    PHONE_NUMBER,
    REFERENCE,
    SCHEDULED_FOR,
    UUID_TEXT,
    Schema,
    object_of,
    parse_uuid,
)

ID = "0f3b6a3e-6c69-4a0c-8b2b-2b1a2d6f0c1b"
SCHEMA = Schema(
    object_of(
        {
            "reference": REFERENCE,
            "phone_number": PHONE_NUMBER,
            "email_address": EMAIL_ADDRESS,
            "template_id": UUID_TEXT,
            "personalisation": PERSONALISATION,
            "scheduled_for": SCHEDULED_FOR,
            "url": HTTPS_URL,
            "names": {"type": ["array", "null"], "items": {"type": "string"}},
            "word": {"enum": ["one", "two"]},
        },
        required=("template_id", "reference"),
    )
)
VALID = {"reference": "r", "template_id": ID}


def violations(value):
    with pytest.raises(ValidationFailed) as caught:
        SCHEMA.require(value)
    return list(caught.value.messages)


def test_a_value_that_fits_is_accepted():
    SCHEMA.require(
        {
            **VALID,
            "phone_number": "07900 900 123",
            "email_address": "jo@example.com",
            "personalisation": {"a": [1, {"b": None}]},
            "url": "https://x.example/u?a=1",
            "names": None,
            "word": "two",
        }
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ([1], "[1]"),
        ("abc", "abc"),
        (5, "5"),
        (True, "True"),
        (2.5, "2.5"),
        ([{"a": "it's"}], '[{a: "its"}]'),
    ],
)
def test_anything_but_an_object_is_the_only_violation(value, text):
    assert violations(value) == [f"{text} is not of type object"]


def test_violations_come_in_the_order_declared_then_missing_then_undeclared():
    value = {"zed": 1, "word": "three", "Bar": 1, "phone_number": "abc", "template_id": "x"}

    assert violations(value) == [
        "phone_number Must not contain letters or symbols",
        "template_id is not a valid UUID",
        "word three is not one of [one, two]",
        "reference is a required property",
        "Additional properties are not allowed (Bar, zed were unexpected)",
    ]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"reference": None}, "reference None is not of type string"),
        ({"reference": "x" * 1001}, f"reference {'x' * 1001} is too long"),
        ({"template_id": 5}, "template_id is not a valid UUID"),
        ({"template_id": f" {ID}"}, "template_id is not a valid UUID"),
        ({"template_id": f"{ID}\n"}, "template_id is not a valid UUID"),
        ({"phone_number": 5}, "phone_number 5 is not of type string"),
        ({"phone_number": ""}, "phone_number Not enough digits"),
        ({"email_address": "a@b"}, "email_address Not a valid email address"),
        ({"url": "http://x.example"}, "url is not a valid https url"),
        ({"url": "https://x.example/\r\nX: y"}, "url is not a valid https url"),
        ({"url": 5}, "url is not a valid https url"),
        ({"names": "a"}, "names a is not of type array, null"),
        ({"names": ["a", 5]}, "names 5 is not of type string"),
        ({"scheduled_for": 5}, "scheduled_for 5 is not of type string, null"),
        ({"personalisation": []}, "personalisation [] is not of type object"),
        ({"foo": 1}, "Additional properties are not allowed (foo was unexpected)"),
    ],
)
def test_each_violation_has_its_text(change, message):
    assert violations({**VALID, **change}) == [message]


def test_a_refusal_stands_for_every_violation_of_its_definition():
    schema = Schema(
        object_of({"size": {"type": "string", "pattern": "^[SML]$", "refusal": "is not {value}"}})
    )

    for value in (5, "XL", "{value}"):
        with pytest.raises(ValidationFailed) as refused:
            schema.require({"size": value})
        assert refused.value.messages == (f"size is not {value}",)


def test_identical_violations_are_reported_once():
    assert violations({**VALID, "names": [5, 5]}) == ["names 5 is not of type string"]


@pytest.mark.parametrize(
    "change",
    [
        {"reference": "a\0"},
        {"phone_number": "07900900123\0"},
        {"email_address": "\0jo@example.com"},
        {"personalisation": {"name\0": "Jo"}},
        {"personalisation": {"name": "\0"}},
        {"personalisation": {"name": [{"deep": ["\0"]}]}},
    ],
)
def test_null_characters_are_refused_wherever_they_would_be_stored(change):
    name = next(iter(change))

    assert violations({**VALID, **change}) == [f"{name} must not contain null characters"]


@freeze_time("2024-05-17T12:00:00Z")
@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("2024-05-17T11:59:59", "datetime can not be in the past"),
        ("2016-01-01", "datetime can not be in the past"),
        ("2024-05-18T12:00:01Z", "datetime can only be 24 hours in the future"),
        # Any offset is ignored: this is 13:00, not 11:00.
        ("2024-05-17T13:00:00+02:00", None),
        ("2024-05-18T12:00:00Z", None),
        ("2024-05-17 14:00", None),
        (
            "tomorrow",
            "datetime format is invalid. It must be a valid ISO8601 date time format, "
            "https://en.wikipedia.org/wiki/ISO_8601",
        ),
    ],
)
def test_a_schedule_lies_within_a_day(text, problem):
    value = {**VALID, "scheduled_for": text}

    if problem is None:
        SCHEMA.require(value)
    else:
        assert violations(value) == [f"scheduled_for {problem}"]


@pytest.mark.parametrize(
    "text", [ID, ID.upper(), ID.replace("-", ""), f"{{{ID}}}", f"urn:uuid:{ID}"]
)
def test_a_uuid_is_read_in_each_spelling(text):
    assert str(parse_uuid(text)) == ID


@pytest.mark.parametrize(
    "text", ["", "abc", f" {ID}", f"{ID} ", f"{{{ID}", f"{ID[:-1]}_", ID + "\n", ID[:-1], "1" * 40]
)
def test_nothing_else_is_a_uuid(text):
    assert parse_uuid(text) is None
