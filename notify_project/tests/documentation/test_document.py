import json

import pytest
from django.test import Client
from django.urls import get_resolver, resolve
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator, validate

from notifications.api import schemas
from notifications.api.operations import (
    EMAIL_REQUEST,
    LETTER_REQUEST,
    PDF_LETTER_REQUEST,
    SMS_REQUEST,
)
from notify_project.documentation.document import document
from notify_project.documentation.operations import OPERATIONS
from notify_project.documentation.samples import address_of
from notify_project.tests.described import DESCRIBED, require_described

each_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.name)


def public_routes(patterns, prefix=""):
    """Yield (route, method) of everything under /v2."""
    for pattern in patterns:
        route = prefix + str(pattern.pattern).removeprefix("^").removesuffix("$")
        if hasattr(pattern, "url_patterns"):
            yield from public_routes(pattern.url_patterns, route)
        elif route.startswith("v2/"):
            for method in pattern.callback.actions:
                yield route, method


def route_of(operation):
    match = resolve(address_of(operation).partition("?")[0])
    return match.route.replace("/^", "/").removesuffix("$"), match.func


def test_the_document_is_openapi():
    validate(DESCRIBED, cls=OpenAPIV31SpecValidator)


@each_operation
def test_a_described_operation_is_routed(operation):
    _, view = route_of(operation)

    assert not hasattr(view, "actions") or operation.method in view.actions


def test_a_routed_operation_is_described():
    described = {(route_of(each)[0], each.method) for each in OPERATIONS}

    routed = set(public_routes(get_resolver().url_patterns))

    assert len(routed) >= 6
    assert routed - {(route, "head") for route, _ in routed} <= described


@pytest.mark.django_db
@each_operation
def test_what_is_described_is_not_answered_as_unknown(operation, world):
    path = address_of(operation)
    ask = getattr(Client(), operation.method)

    answer = ask(path, headers=world.headers("K_LIVE"), content_type="application/json")

    assert answer.status_code not in {404, 405} or "NoResultFound" in answer.content.decode()


@each_operation
def test_examples_fit_their_schemas(operation):
    described = DESCRIBED["paths"][operation.path][operation.method]
    components = {"components": DESCRIBED["components"]}
    bodies = (
        [described["requestBody"], *described["responses"].values()]
        if operation.body
        else [*described["responses"].values()]
    )

    for body in bodies:
        for content in body.get("content", {}).values():
            if "example" in content:
                validator = Draft202012Validator(content["schema"] | components)
                assert [error.message for error in validator.iter_errors(content["example"])] == []


@each_operation
def test_every_field_of_a_request_is_explained(operation):
    fields = [field for body in operation.body for field in body.definition["properties"].items()]
    fields += list((operation.query or {"properties": {}})["properties"].items())
    fields += list(operation.parameters.items())

    assert [name for name, rules in fields if not rules.get("description")] == []


@pytest.mark.parametrize(
    ("schema", "published"),
    [
        (schemas.SMS, SMS_REQUEST),
        (schemas.EMAIL, EMAIL_REQUEST),
        (schemas.LETTER, LETTER_REQUEST),
        (schemas.PRECOMPILED_LETTER, PDF_LETTER_REQUEST),
    ],
)
def test_a_body_is_described_by_what_checks_it(schema, published):
    described = published.definition

    assert list(described["properties"]) == list(schema.definition["properties"])
    assert described["required"] == schema.definition["required"]
    assert described["additionalProperties"] is False


def test_our_own_words_of_schemas_stay_inside():
    text = json.dumps(DESCRIBED)

    assert '"nulls"' not in text
    assert not {'"phone_number"', '"email_address"', '"https_url"', '"postage"'} & {
        f'"{word}"' for word in formats_in(DESCRIBED)
    }


def formats_in(value):
    if isinstance(value, dict):
        if isinstance(value.get("format"), str):
            yield value["format"]
        for item in value.values():
            yield from formats_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from formats_in(item)


def test_the_document_names_the_host_of_this_installation(settings):
    settings.API_HOST_URL = "https://notify.example"

    answer = Client().get("/v2/openapi.json")

    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    assert answer.json() == document("https://notify.example")
    assert answer.json()["servers"] == [{"url": "https://notify.example"}]


@pytest.mark.parametrize("path", ["/v2/openapi.json", "/v2/docs"])
def test_what_has_not_changed_is_not_sent_again(path):
    first = Client().get(path)

    again = Client().get(path, headers={"if-none-match": first["ETag"]})

    assert first["Cache-Control"] == "public, max-age=300"
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])


@pytest.mark.parametrize("path", ["/v2/openapi.json", "/v2/docs"])
def test_the_description_is_only_read(path):
    answer = Client().post(path)

    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD, OPTIONS")


class Answer:
    """What a server that forgot its promises would say."""

    def __init__(self, status_code, body):
        self.status_code, self.body = status_code, body
        self.headers = {"Content-Type": "application/json"}

    def json(self):
        return self.body


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, {"templates": [], "more": 1}),
        (200, {}),
        (418, {}),
        (400, {"status_code": 400, "errors": []}),
        (400, {"status_code": 400, "errors": [{"error": "Other", "message": "x"}]}),
    ],
)
def test_an_answer_that_is_not_described_is_found_out(status, body):
    with pytest.raises(AssertionError):
        require_described(Answer(status, body), "GET", "/v2/templates")


def test_a_path_that_is_not_described_is_found_out():
    with pytest.raises(AssertionError):
        require_described(Answer(200, {}), "GET", "/v2/new-thing")
