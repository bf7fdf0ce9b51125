import pytest

from services.tests.factories import ApiKeyFactory
from templates_app.tests.factories import TemplateFactory
from templates_app.versions import update_template

SMS, EMAIL, LETTER, ARCHIVED = (
    f"/v2/template/{{{name}}}/preview" for name in ("sms", "email", "letter", "archived")
)


def error(kind, *messages, status=400):
    return {
        "status_code": status,
        "errors": [{"error": kind, "message": message} for message in messages],
    }


def bad_request(message):
    return error("BadRequestError", message)


def violations(*messages):
    return error("ValidationError", *messages)


def test_a_text_is_shown_as_it_would_be_sent(world):
    answer = world.post(SMS, {"personalisation": {"NAME": "Jo", "extra": 1}})

    assert answer.status_code == 200
    assert answer.json() == {
        "id": str(world.sms.id),
        "type": "sms",
        "version": 2,
        "body": "v2 Jo",
        "subject": None,
        "html": None,
        "postage": None,
    }


def test_an_email_is_shown_as_markdown_and_as_html_without_a_page_around_it(world):
    answer = world.post(EMAIL, {"personalisation": {"b": "1 & <b>", "s": "x"}})

    body = answer.json()
    html = body.pop("html")
    assert answer.status_code == 200
    assert body == {
        "id": str(world.email.id),
        "type": "email",
        "version": 1,
        "body": "B 1 & <b>",
        "subject": "S x",
        "postage": None,
    }
    assert html.startswith('<p style="')
    assert html.endswith(">B 1 &amp; &lt;b&gt;</p>")


def test_a_letter_is_shown_with_its_postage_and_an_escaped_heading(world):
    answer = world.post(LETTER, {"personalisation": {"x": "1 & <b>", "ref": "2"}})

    assert answer.status_code == 200
    assert answer.json() == {
        "id": str(world.letter.id),
        "type": "letter",
        "version": 1,
        "body": "LB",
        "subject": "L 1 &amp; &lt;b&gt;",
        "html": None,
        "postage": "first",
    }


def test_an_archived_template_can_be_previewed_and_unknown_properties_do_no_harm(world):
    answer = world.post(ARCHIVED, {"foo": 1, "id": [], "reference": None})

    assert answer.status_code == 200
    assert answer.json() == {
        "id": str(world.archived.id),
        "type": "sms",
        "version": 2,
        "body": "old",
        "subject": None,
        "html": None,
        "postage": None,
    }


@pytest.mark.parametrize("raw", [b"", b"null", b"{}", b"[]", b'""', b"0", b"false"])
def test_a_body_without_anything_in_it_gives_no_values(world, raw):
    answer = world.post(SMS, raw=raw)

    assert answer.status_code == 400
    assert answer.json() == bad_request("Missing personalisation: name")
    assert world.post(ARCHIVED, raw=raw).status_code == 200


@pytest.mark.parametrize(
    ("path", "personalisation", "names"),
    [
        (LETTER, {"x": "1"}, "ref"),
        (LETTER, {}, "ref, x"),
        (EMAIL, {"S": None, "b": ""}, "s"),
        (EMAIL, {"address_line_1": "a"}, "s, b"),
        (SMS, {"name": None}, "name"),
    ],
)
def test_all_missing_values_are_named_in_order(world, path, personalisation, names):
    answer = world.post(path, {"personalisation": personalisation})

    assert answer.status_code == 400
    assert answer.json() == bad_request(f"Missing personalisation: {names}")


@pytest.mark.parametrize("raw", [b"{", b"a=b", b"\xff", b" "])
def test_what_is_not_json_is_refused(world, raw):
    answer = world.post(SMS, raw=raw)

    assert answer.status_code == 400
    assert answer.json() == bad_request("Invalid JSON supplied in POST data")


@pytest.mark.parametrize(
    ("path", "body", "messages"),
    [
        (SMS, {"personalisation": None}, ["personalisation None is not of type object"]),
        (SMS, {"personalisation": [1]}, ["personalisation [1] is not of type object"]),
        (SMS, [1], ["[1] is not of type object"]),
        (SMS, "abc", ["abc is not of type object"]),
        (
            SMS,
            {"personalisation": {"unused": ["\0"]}},
            ["personalisation must not contain null characters"],
        ),
        ("/v2/template/abc/preview", {}, ["id is not a valid UUID"]),
        ("/v2/template/abc/preview", [1], ["[1] is not of type object"]),
        (
            "/v2/template/abc/preview",
            {"personalisation": "x"},
            ["id is not a valid UUID", "personalisation x is not of type object"],
        ),
        (
            "/v2/template/{unknown}/preview",
            {"personalisation": 5},
            ["personalisation 5 is not of type object"],
        ),
    ],
)
def test_all_violations_are_reported_at_once_and_before_the_template(world, path, body, messages):
    answer = world.post(path, body)

    assert answer.status_code == 400
    assert answer.json() == violations(*messages)


@pytest.mark.parametrize("name", ["unknown", "foreign", "hidden"])
def test_a_template_that_is_not_the_callers_or_not_shown_is_not_found(world, name):
    answer = world.post(f"/v2/template/{{{name}}}/preview", {})

    assert answer.status_code == 404
    assert answer.json() == error("NoResultFound", "No result found", status=404)


def test_json_is_read_before_the_id(world):
    answer = world.post("/v2/template/abc/preview", raw=b"{")

    assert answer.json() == bad_request("Invalid JSON supplied in POST data")


def test_another_method_is_refused_with_the_one_that_is_allowed(world):
    answer = world.get(SMS)

    message = "The method is not allowed for the requested URL."
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"POST", "OPTIONS"}
    assert answer.json() == {
        **error("MethodNotAllowed", message, status=405),
        "result": "error",
        "message": message,
    }


def test_a_preview_needs_a_key(client, world):
    answer = client.post(f"/v2/template/{world.sms.id}/preview", "{}", "application/json")

    assert answer.status_code == 401
    assert answer.json() == error(
        "AuthError", "Unauthorized: authentication token must be provided", status=401
    )


@pytest.mark.parametrize("key_type", ["team", "test"])
def test_previews_are_the_same_for_every_type_of_key(world, key_type):
    expected = world.post(LETTER, {"personalisation": {"x": 1, "ref": 2}}).json()
    world.key = ApiKeyFactory(service=world.key.service, key_type=key_type)

    assert world.post(LETTER, {"personalisation": {"x": 1, "ref": 2}}).json() == expected


def test_neither_length_nor_emptiness_is_checked(world):
    template = TemplateFactory(service=world.key.service, content="((x))")
    path = f"/v2/template/{template.id}/preview"

    bodies = [
        world.post(path, {"personalisation": {"x": x}}).json()["body"] for x in ("", "a" * 999)
    ]

    assert bodies == ["", "a" * 999]


def test_the_newest_version_is_shown_at_once(world):
    world.post(SMS, {"personalisation": {"name": "Jo"}})
    update_template(world.sms, actor=world.author, content="v3 ((list))")

    answer = world.post(SMS, {"personalisation": {"list": ["a", "b"]}})

    assert (answer.json()["version"], answer.json()["body"]) == (3, "v3 a and b")


def test_lists_are_bullets_in_emails_and_sentences_in_subjects(world):
    body = world.post(EMAIL, {"personalisation": {"s": ["a", "b"], "b": ["a", "b"]}}).json()

    assert (body["subject"], body["body"]) == ("S a and b", "B \n\n* a\n* b")
