"""The OpenAPI document, put together from what the apps declare.

Source: OpenAPI Specification 3.1.0.
"""

from functools import lru_cache
from http import HTTPStatus
from typing import Any, Final

from notify_project.api.operations import (
    NO_NULLS,
    PERSONALISATION_VALUE,
    Answer,
    Named,
    Operation,
    ref,
)
from notify_project.documentation.errors import ERROR, TEXTS, error_schema, errors_of
from notify_project.documentation.operations import OPERATIONS
from notify_project.documentation.samples import samples_of

_WHOLE: Final = {"type": "integer", "minimum": 0}
_VALUE: Final = Named(
    PERSONALISATION_VALUE,
    {
        "description": "Text, a number, true or false, a list of these, or a file.",
        "anyOf": [
            {"type": "string", "pattern": NO_NULLS},
            {"type": ["number", "boolean", "null"]},
            {"type": "array", "items": ref(PERSONALISATION_VALUE)},
            {
                "type": "object",
                "propertyNames": {"type": "string", "pattern": NO_NULLS},
                "additionalProperties": ref(PERSONALISATION_VALUE),
            },
        ],
    },
)
_HEADERS: Final = {
    "RateLimit-Limit": ("Requests to send that are allowed in a minute.", _WHOLE),
    "RateLimit-Remaining": ("How many may be made at once, the limit of the day included.", _WHOLE),
    "RateLimit-Reset": (
        "Seconds until there are more; until there are all, if some are left.",
        _WHOLE,
    ),
    "Retry-After": ("Seconds to wait before the next try.", _WHOLE),
    "Idempotent-Replayed": (
        "Present when this is the answer to an earlier request with the same key.",
        {"type": "string", "const": "true"},
    ),
}
_LIMITS: Final = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
_IDEMPOTENCY_KEY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Text of your own. A request repeated with it is answered as the first was, "
    "and nothing is sent twice.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}
_TEXT: Final = (
    "Send emails, texts and letters from templates, and learn what became of them. Made for "
    "programs written for the GOV.UK Notify API v2. The content type of a request is ignored; "
    "a wrong method is answered with 405 and an Allow header. Authentication: a JWT, signed by "
    "HS256 with the secret of an API key, with the claims iss (the service's id) and iat (now)."
)


@lru_cache(maxsize=4)
def document(host: str) -> dict[str, Any]:
    """Return the description of the API as it is reached at a host."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method] = _operation(operation, host)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Notify", "version": "2", "description": _TEXT},
        "servers": [{"url": host}],
        "tags": [{"name": name} for name in dict.fromkeys(each.group for each in OPERATIONS)],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
            },
            "headers": {
                name: {"description": text, "schema": schema}
                for name, (text, schema) in _HEADERS.items()
            },
            "schemas": _schemas(),
        },
    }


def _schemas() -> dict[str, Any]:
    found = {ERROR.name: ERROR.definition, _VALUE.name: _VALUE.definition}
    for operation in OPERATIONS:
        answered = [answer.schema for answer in operation.answers.values() if answer.schema]
        for named in (*operation.body, *answered):
            found[named.name] = named.definition
    return found


def _operation(operation: Operation, host: str) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "tags": [operation.group],
        "summary": operation.summary,
        "parameters": _parameters(operation),
        "responses": _responses(operation),
        "x-codeSamples": samples_of(operation, host),
    }
    if operation.text:
        described["description"] = operation.text
    if not operation.is_authenticated:
        described["security"] = []
    if operation.body:
        content = {"schema": _one_of(operation.body), "example": operation.example}
        described["requestBody"] = {
            "required": operation.is_body_required,
            "content": {"application/json": content},
        }
    return described


def _one_of(body: tuple[Named, ...]) -> dict[str, Any]:
    refs = [ref(named.name) for named in body]
    return refs[0] if len(refs) == 1 else {"oneOf": refs}


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    found = [
        {"name": name, "in": "path", "required": True, **_parameter(rules)}
        for name, rules in operation.parameters.items()
    ]
    query = operation.query or {"properties": {}, "required": []}
    found += [
        {"name": name, "in": "query", "required": name in query["required"], **_parameter(rules)}
        for name, rules in query["properties"].items()
    ]
    return [*found, _IDEMPOTENCY_KEY] if operation.is_idempotent else found


def _parameter(rules: dict[str, Any]) -> dict[str, Any]:
    """Split the rules of a parameter into what is said of it and what it may hold."""
    schema = {name: value for name, value in rules.items() if name != "description"}
    return {"description": rules.get("description", ""), "schema": schema}


def _responses(operation: Operation) -> dict[str, Any]:
    found = {
        str(status): _answer(operation, answer) for status, answer in operation.answers.items()
    }
    for status, names in errors_of(operation).items():
        words = f" `error` is {' or '.join(f'`{name}`' for name in names)}." if names else ""
        found[str(status)] = {
            "description": TEXTS[status] + words,
            "headers": _headers(operation, status),
            "content": {"application/json": {"schema": error_schema(status, names)}},
        }
    return found


def _answer(operation: Operation, answer: Answer) -> dict[str, Any]:
    described: dict[str, Any] = {
        "description": answer.text,
        "headers": _headers(operation, HTTPStatus.OK),
    }
    if answer.media_type:
        schema = {} if answer.schema is None else {"schema": ref(answer.schema.name)}
        example = {} if answer.example is None else {"example": answer.example}
        described["content"] = {answer.media_type: schema | example}
    return described


def _headers(operation: Operation, status: int) -> dict[str, Any]:
    names = [*_LIMITS] if operation.is_authenticated and status not in {401, 413} else []
    names += ["Retry-After"] if status in {409, 429} else []
    names += ["Idempotent-Replayed"] if operation.is_idempotent and status == 200 else []
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}
