"""Hostile values over the API: accepted as text or refused clearly, and never in the logs."""

import json
import logging

import pytest

from notifications.models import Notification
from notify_project.api.views import NOT_JSON
from templates_app.tests.factories import TemplateFactory
from templates_app.tests.rendering.hostile import HOSTILE

SECRET = "do-not-log-me"
STORABLE = {
    name: row.value
    for name, row in HOSTILE.items()
    if "\0" not in row.value and "\ud800" not in row.value
}
values = pytest.mark.parametrize(
    "value", [pytest.param(value, id=name) for name, value in STORABLE.items()]
)
kinds = pytest.mark.parametrize("kind", ["sms", "email", "letter"])


@pytest.fixture
def logged(caplog):
    caplog.set_level(logging.DEBUG)
    return caplog


def with_values(world, kind, values):
    """Return the body of a request for a template that shows a value wherever it can."""
    traits = {} if kind == "sms" else {kind: True, "subject": "About ((v))"}
    template = TemplateFactory(service=world.rows["S_LIVE"], content="Hi ((v))", **traits)
    body = world.body(kind, template_id=str(template.id))
    return {**body, "personalisation": {**body.get("personalisation", {}), **values}}


def raw(body, value):
    """Return a body as JSON with a value that is written out already."""
    return json.dumps(body).replace('"RAW"', value).encode()


def refusal(response):
    assert response.status_code == 400, response.content
    [error] = response.json()["errors"]
    return error["error"], error["message"]


@kinds
@values
def test_a_hostile_value_is_accepted_as_text(world, logged, kind, value):
    given = f"{SECRET} {value}"

    answer = world.post(kind, with_values(world, kind, {"v": given}))

    assert answer.status_code == 201, answer.content
    assert Notification.objects.get(id=answer.json()["id"]).personalisation["v"] == given
    assert SECRET in answer.json()["content"]["body"]
    assert SECRET not in logged.text


@kinds
@pytest.mark.parametrize(
    ("value", "error"),
    [
        pytest.param(r'"\ud800"', ("BadRequestError", NOT_JSON), id="half a character"),
        pytest.param(r'"\udfff\ud800"', ("BadRequestError", NOT_JSON), id="halves swapped"),
        pytest.param(r'{"\ud800": 1}', ("BadRequestError", NOT_JSON), id="half a name"),
        pytest.param("NaN", ("BadRequestError", NOT_JSON), id="not a number"),
        pytest.param("1e400", ("BadRequestError", NOT_JSON), id="infinite"),
        pytest.param("1" * 310, ("BadRequestError", NOT_JSON), id="too long a number"),
        pytest.param('"\n"', ("BadRequestError", NOT_JSON), id="bare line break"),
        pytest.param("[" * 101 + "]" * 101, ("BadRequestError", NOT_JSON), id="deep"),
        pytest.param(
            "[" * 990 + "1" * 30 + "]" * 990, ("BadRequestError", NOT_JSON), id="deep and long"
        ),
        pytest.param(
            r'["\u0000"]',
            ("ValidationError", "personalisation must not contain null characters"),
            id="null",
        ),
        pytest.param(
            r'{"\u0000": 1}',
            ("ValidationError", "personalisation must not contain null characters"),
            id="null in a name",
        ),
    ],
)
def test_what_cannot_be_stored_is_refused(world, logged, kind, value, error):
    body = with_values(world, kind, {"secret": SECRET, "v": "RAW"})
    before = Notification.objects.count()

    answer = world.post(kind, raw(body, value))

    assert refusal(answer) == error
    assert Notification.objects.count() == before
    assert SECRET not in logged.text


@kinds
@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("1" * 300, "1" * 300),
        ("-" + "1" * 30, "-" + "1" * 30),
        ("1e300", "1e+300"),
        ("-0.0", "-0.0"),
        ("[[1, [2]]]", "[1, [2]]"),
        ('{"a": {"b": []}}', "{'a': {'b': []}}"),
        (r'"\ud83d\ude00"', "\U0001f600"),
    ],
    ids=["long", "long and negative", "float", "minus nothing", "lists", "objects", "pair"],
)
def test_unusual_values_are_shown_as_text(world, kind, value, shown):
    answer = world.post(kind, raw(with_values(world, kind, {"v": "RAW"}), value))

    assert answer.status_code == 201, answer.content
    body = answer.json()["content"]["body"]
    assert (shown if kind != "sms" or shown.isascii() else "?") in body


def test_an_enormous_value_is_accepted_where_it_fits(world):
    value = "x" * 1_000_000
    long = "Your message is too long. Text messages cannot be longer than 918 characters."

    sms, email, letter = (
        world.post(kind, with_values(world, kind, {"v": value}))
        for kind in ("sms", "email", "letter")
    )

    assert refusal(sms)[1].startswith(long)
    assert (email.status_code, letter.status_code) == (201, 201)


@pytest.mark.parametrize(
    ("value", "sanitised"),
    [
        ({"a": "https://bad.example/x"}, r"\{'a': '"),
        (["* a", ["# b"]], r"\* a, \['\# b'\]"),
        ("^ a\n• b", "\\^ a\n&bull; b"),
    ],
    ids=["object", "list", "marks"],
)
def test_the_answer_shows_what_became_of_a_sanitised_value(world, value, sanitised):
    body = {**with_values(world, "email", {"v": value}), "sanitise_content_for": ["v"]}

    answer = world.post("email", body)

    assert answer.status_code == 201, answer.content
    assert answer.json()["sanitised_content"]["v"]["sanitised"] == sanitised


@pytest.mark.parametrize("name", ["<script>", '"', "\u202ex", "%s {0}", "a\r\nX: y", "\x1b[2J"])
def test_a_missing_name_is_text_in_the_refusal(world, name):
    template = TemplateFactory(service=world.rows["S_LIVE"], content=f"Hi (({name}))")

    answer = world.post("sms", world.body("sms", template_id=str(template.id)))

    assert refusal(answer) == ("BadRequestError", f"Missing personalisation: {name}")
    assert answer["Content-Type"] == "application/json"
