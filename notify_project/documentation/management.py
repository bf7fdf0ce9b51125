"""The description of the management API: ``/openapi.json``, to anyone."""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

import orjson
from django.conf import settings
from django.http.response import HttpResponseBase
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from rest_framework.request import Request

from notify_project.api.views import ApiViewSet
from notify_project.documentation.cacheable import cacheable, tagged
from services.api.management.viewsets import ManagementViewSet

Schema = dict[str, Any]
_ERROR = {
    "type": "object",
    "required": ["result", "message"],
    "properties": {
        "result": {"const": "error"},
        "message": {"description": "What is wrong: a sentence, or sentences by field."},
    },
}
_ERRORS = {
    "400": "A rule refuses the request; nothing was changed.",
    "401": "No token was sent.",
    "403": "The token is wrong, or its person may not do this.",
    "404": "There is no such thing, or the caller may not see it.",
    "409": "There is such a thing already, or somebody else was faster.",
    "413": "The body is too large.",
    "503": "The database cannot be reached; the request may be repeated.",
}


class InternalScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How callers show who they are."""

    target_class = "services.api.internal.CallerAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> Schema:
        """Describe the token."""
        del auto_schema
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A personal token (npt_...), or a token of a program of the "
            "installation, signed with INTERNAL_API_SECRET.",
        }


class ManagementDescriptionViewSet(ApiViewSet):
    """The description of the management API."""

    def json(self, request: Request) -> HttpResponseBase:
        """Return the OpenAPI document."""
        return cacheable(request, *_json(settings.API_HOST_URL), "application/json")


def document(host: str) -> Schema:
    """Return the description of the management API as it is reached at a host."""
    generator = SchemaGenerator()  # type: ignore[no-untyped-call]
    found: Schema = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    found["servers"] = [{"url": host}]
    schemas = found.setdefault("components", {}).setdefault("schemas", {})
    schemas["Error"] = _ERROR
    for methods in found["paths"].values():
        for operation in methods.values():
            operation["responses"] |= {
                status: {
                    "description": text,
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/Error"}}
                    },
                }
                for status, text in _ERRORS.items()
            }
    return found


def only_management(endpoints: Iterable[tuple[str, str, str, Callable[..., Any]]], **_: Any) -> Any:
    """Keep the management API's own: called by drf-spectacular before it describes anything."""
    return [
        each for each in endpoints if issubclass(getattr(each[3], "cls", object), ManagementViewSet)
    ]


@lru_cache(maxsize=4)
def _json(host: str) -> tuple[bytes, str]:
    return tagged(orjson.dumps(document(host)))
