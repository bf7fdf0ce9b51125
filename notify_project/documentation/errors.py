"""The errors of the API, as its description words them."""

from typing import Any, Final

from notify_project.api.operations import TEXT, Named, Operation
from notify_project.api.schema import Definition, object_of

_PAIR: Final = object_of(
    {
        "error": TEXT | {"description": "Its name; programs go by this."},
        "message": TEXT | {"description": "What is wrong, for people."},
        "data": TEXT | {"description": "A QR code that is too long: its text."},
        "num_bytes": {"type": "integer"},
        "max_bytes": {"type": "integer"},
    },
    required=("error", "message"),
)
ERROR: Final = Named(
    "Error",
    object_of(
        {
            "status_code": {"type": "integer", "description": "The HTTP status again."},
            "errors": {"type": "array", "minItems": 1, "items": _PAIR},
            "result": {"const": "error", "description": "Only where nothing is routed to."},
            "message": TEXT | {"description": "Only where nothing is routed to."},
        },
        required=("status_code", "errors"),
    ),
)
TEXTS: Final = {
    400: "The request is not right; repeated as it is, it will be refused again.",
    401: "There is no bearer token.",
    403: "The token or the key does not allow this.",
    404: "There is no such thing, or it is another service's.",
    409: "A request with this Idempotency-Key is still at work: try again in a moment.",
    413: "The body is too large.",
    422: "This Idempotency-Key was used for another request.",
    429: "A limit is reached: wait, as the headers say.",
    500: "Something unexpected happened. It is safe to repeat reading.",
    503: "The platform cannot work at this moment: try again.",
}
_ALL: Final = {
    400: ("BadRequestError",),
    413: ("RequestEntityTooLarge",),
    500: ("Exception",),
    503: ("ServiceUnavailable",),
}
_AUTHENTICATED: Final = {401: ("AuthError",), 403: ("AuthError",)}
_IDEMPOTENT: Final = {
    400: ("ValidationError",),
    409: ("IdempotencyKeyInUse",),
    422: ("IdempotencyKeyReused",),
}


def errors_of(operation: Operation) -> dict[int, tuple[str, ...]]:
    """Return what the operation may refuse with: status -> names, in order."""
    if not operation.path.startswith("/v2/"):
        return {}
    found: dict[int, tuple[str, ...]] = {}
    sources = [operation.errors, _ALL]
    sources += [_AUTHENTICATED] if operation.is_authenticated else []
    sources += [_IDEMPOTENT] if operation.is_idempotent else []
    for source in sources:
        for status, names in source.items():
            found[status] = tuple(dict.fromkeys((*found.get(status, ()), *names)))
    return dict(sorted(found.items()))


def error_schema(status: int, names: tuple[str, ...]) -> Definition:
    """Return the schema of one status: the envelope, with the names that occur."""
    rules: dict[str, Any] = {"status_code": {"const": status}}
    if names:
        error = {"properties": {"error": {"type": "string", "enum": list(names)}}}
        rules["errors"] = {"items": error}
    return {"$ref": f"#/components/schemas/{ERROR.name}", "properties": rules}
