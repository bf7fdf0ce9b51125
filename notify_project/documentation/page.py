"""The documentation page: rows and words made from the OpenAPI document."""

import json
from typing import Any, Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

Schema = dict[str, Any]
_FORMATS: Final = {
    "uuid": "UUID",
    "date-time": "time",
    "email": "email address",
    "uri": "URL",
    "phone-number": "phone number",
}
_TYPES: Final = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "object": "object",
    "array": "list",
    "null": "null",
}
# Of errors with the same meaning everywhere, the page speaks once.
_COMMON: Final = frozenset({"401", "413", "500", "503"})
_SAID_ALREADY: Final = {"403": "`AuthError`"}


def page_of(document: Schema) -> dict[str, Any]:
    """Return what the page's template shows."""
    groups: dict[str, list[dict[str, Any]]] = {tag["name"]: [] for tag in document["tags"]}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            shown = _operation(document, operation) | {"method": method.upper(), "path": path}
            groups[operation["tags"][0]].append(shown)
    return {
        "title": document["info"]["title"],
        "host": document["servers"][0]["url"],
        "groups": [{"name": name, "operations": found} for name, found in groups.items()],
    }


def _operation(document: Schema, operation: Schema) -> dict[str, Any]:
    return {
        "id": operation["operationId"],
        "summary": operation["summary"],
        "text": marked(operation.get("description", "")),
        "is_public": operation.get("security") == [],
        "parameters": [_parameter(document, each) for each in operation["parameters"]],
        "bodies": _bodies(document, operation),
        "answers": [
            _answer(document, status, answer)
            for status, answer in operation["responses"].items()
            if int(status) < 400
        ],
        "errors": _errors(operation),
        "samples": operation["x-codeSamples"],
    }


def _parameter(document: Schema, parameter: Schema) -> dict[str, Any]:
    row = _row(document, parameter["name"], parameter["schema"])
    return row | {
        "place": parameter["in"],
        "is_required": parameter.get("required", False),
        "text": marked(parameter["description"]),
    }


def _bodies(document: Schema, operation: Schema) -> list[dict[str, Any]]:
    if "requestBody" not in operation:
        return []
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    alternatives = schema.get("oneOf", [schema])
    return [
        {"name": each["$ref"].rpartition("/")[2], "rows": _rows(document, each)}
        for each in alternatives
    ]


def _errors(operation: Schema) -> list[dict[str, Any]]:
    """Return the errors that the guide has not spoken of."""
    return [
        {"status": status, "text": marked(answer["description"])}
        for status, answer in operation["responses"].items()
        if int(status) >= 400
        and status not in _COMMON
        and not answer["description"].endswith(f" is {_SAID_ALREADY.get(status)}.")
    ]


def _answer(document: Schema, status: str, answer: Schema) -> dict[str, Any]:
    content = answer.get("content", {})
    nothing: tuple[str, Schema] = ("", {})
    media_type, holds = next(iter(content.items()), nothing)
    schema = _resolved(document, holds.get("schema", {}))
    return {
        "status": status,
        "text": marked(answer["description"]),
        "media_type": media_type,
        "tables": [_rows(document, each) for each in schema.get("oneOf", [schema])],
        "example": json.dumps(holds["example"], indent=2) if "example" in holds else "",
    }


def _rows(document: Schema, schema: Schema, prefix: str = "") -> list[dict[str, Any]]:
    """Return a row for each field, those of objects in it below their own."""
    schema = _resolved(document, schema)
    rows = []
    for name, rules in schema.get("properties", {}).items():
        row = _row(document, prefix + name, rules)
        rows.append(row | {"is_required": name in schema.get("required", ())})
        inner = _resolved(document, rules)
        if inner.get("type") == "array":
            inner = _resolved(document, inner.get("items", {}))
            rows += _rows(document, inner, f"{prefix}{name}[].") if "$ref" not in str(rules) else []
        else:
            rows += _rows(document, inner, f"{prefix}{name}.")
    return rows


def _row(document: Schema, name: str, schema: Schema) -> dict[str, Any]:
    words = _enum(schema)
    choice = "any of" if "items" in schema else "one of"
    return {
        "name": name,
        "type": choice if words else type_words(document, schema),
        "words": [str(word) for word in words if word is not None],
        "may_be_null": None in words,
        "text": marked(schema.get("description", "")),
    }


def _enum(schema: Schema) -> list[Any]:
    items = schema.get("items", {})
    found: list[Any] = schema.get("enum") or items.get("enum") or []
    return found


def marked(text: str) -> SafeString:
    """Return text as HTML, what is between backticks as code."""
    parts = enumerate(text.split("`"))
    return format_html_join(
        "",
        "{}",
        ((format_html("<code>{}</code>", part) if number % 2 else part,) for number, part in parts),
    )


def type_words(document: Schema, schema: Schema) -> str:
    """Say in words what a value may be."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "const" in schema:
        return json.dumps(schema["const"])
    types = schema.get("type", "text" if _enum(schema) else "anything")
    words = [
        _word(document, schema, each) for each in ([types] if isinstance(types, str) else types)
    ]
    length = f", at most {schema['maxLength']} characters" if "maxLength" in schema else ""
    return " or ".join(words) + length


def _word(document: Schema, schema: Schema, kind: str) -> str:
    if kind == "string":
        return _FORMATS.get(schema.get("format", ""), "text")
    if kind == "array" and "items" in schema:
        return f"list of {type_words(document, schema['items'])}"
    return _TYPES.get(kind, kind)


def _resolved(document: Schema, schema: Schema) -> Schema:
    """Follow a reference to a named schema."""
    if "$ref" not in schema:
        return schema
    found: Schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return found
