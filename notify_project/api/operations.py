"""What an operation of the API takes and answers, as its app declares it.

The definitions that check requests are written for checking. ``publish`` turns one into plain
JSON Schema, with what people need to know of each field.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from notify_project.api.schema import Definition, object_of

# --- Words of the description ------------------------------------------------------------------
NO_NULLS = "^[^\\u0000]*$"
PERSONALISATION_VALUE = "PersonalisationValue"
ID = {
    "type": "string",
    "format": "uuid",
    "pattern": "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
}
TIME = {
    "type": "string",
    "format": "date-time",
    "pattern": "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}Z$",
}
TEXT = {"type": "string"}
WHOLE = {"type": "integer", "minimum": 0}
NOTHING = {"type": "null"}

# Our formats, in words that every reader of JSON Schema knows.
_FORMATS: dict[str, Definition] = {
    "uuid": {"format": "uuid"},
    "phone_number": {"format": "phone-number", "pattern": "^[^\\u0000]*[0-9][^\\u0000]*$"},
    "email_address": {"format": "email"},
    "scheduled_for": {"format": "date-time"},
    "https_url": {"format": "uri", "pattern": "^https://"},
    "postage": {"enum": ["first", "second", "economy"]},
}


@dataclass(frozen=True, slots=True)
class Field:
    """What people must know of a field: a sentence, and a value that could be sent."""

    text: str
    example: Any = None


@dataclass(frozen=True, slots=True)
class Named:
    """A schema with a name of its own in the document."""

    name: str
    definition: Definition


@dataclass(frozen=True, slots=True)
class Answer:
    """A good answer.

    Attributes:
        text: what it says.
        schema: what its JSON holds; None for a file.
        example: such an answer.
    """

    text: str
    schema: Named | None = None
    media_type: str = "application/json"
    example: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one path.

    Attributes:
        path: with the names of its parameters in braces.
        name: the operation's id in the document.
        group: the heading under which it is found.
        parameters: parameter of the path -> what it is.
        query: the definition that checks the query, if there is one.
        body: what the body may be; several are alternatives.
        errors: status -> names of errors, besides those that every operation can answer.
        example: a body that could be sent.
        query_example: a query that could be sent.
        client_call: the same by the official Python client.
        is_idempotent: a request may carry an Idempotency-Key.
        is_authenticated: a token is wanted.
    """

    method: str
    path: str
    name: str
    group: str
    summary: str
    text: str = ""
    parameters: Mapping[str, Definition] = field(default_factory=dict)
    query: Definition | None = None
    body: tuple[Named, ...] = ()
    is_body_required: bool = True
    answers: Mapping[int, Answer]
    errors: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    example: Any = None
    query_example: str = ""
    client_call: str = ""
    is_idempotent: bool = False
    is_authenticated: bool = True


def record(properties: dict[str, Definition], *, optional: tuple[str, ...] = ()) -> Definition:
    """Return the schema of an object that has all these properties and no other."""
    return object_of(
        properties, required=tuple(each for each in properties if each not in optional)
    )


def nullable(definition: Definition) -> Definition:
    """Return the schema of a value that may be missing."""
    return {**definition, "type": [definition["type"], "null"]}


def ref(name: str) -> Definition:
    """Return a reference to a named schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def publish(definition: Definition, fields: Mapping[str, Field]) -> Definition:
    """Return the definition of an object in plain JSON Schema, its fields described."""
    properties = definition.get("properties", {})
    described = {
        name: _publish_value(rules) | _words(fields.get(name)) for name, rules in properties.items()
    }
    return {**definition, "properties": described}


def _words(known: Field | None) -> Definition:
    if known is None:
        return {}
    example = {} if known.example is None else {"examples": [known.example]}
    return {"description": known.text, **example}


def _publish_value(rules: Definition) -> Definition:
    plain = {name: value for name, value in rules.items() if name not in {"nulls", "format"}}
    plain |= _FORMATS.get(rules.get("format", ""), {})
    if rules.get("nulls") is False:
        plain = _without_nulls(plain)
    if isinstance(plain.get("items"), dict):
        plain["items"] = _publish_value(plain["items"])
    return plain


def _without_nulls(plain: Definition) -> Definition:
    """Say that U+0000 is refused at any depth."""
    if plain["type"] == "string":
        return {"pattern": NO_NULLS, **plain}
    names = {"type": "string", "pattern": NO_NULLS}
    return {**plain, "propertyNames": names, "additionalProperties": ref(PERSONALISATION_VALUE)}
