"""The base of the API's views: raw JSON in, JSON out, checks in the promised order."""

import json
import re
from typing import Any, Protocol

import orjson
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, UnreadablePostError
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from notify_project.api.errors import BadRequest
from notify_project.api.negotiation import IgnoreAccept, OrjsonRenderer

NOT_JSON = "Invalid JSON supplied in POST data"
# From here on orjson makes a float of a number, which shows other digits.
LONG_DIGITS = 19
_NEGOTIATOR, _RENDERER = IgnoreAccept(), OrjsonRenderer()
_LONG_NUMBER = re.compile(rb"[0-9]{%d}" % LONG_DIGITS)
# Deeper than any message needs, and far from where recursion in any library ends.
MAX_DEPTH = 100
# Where a request keeps a body that came in chunks.
CHUNKS = "notify.chunks"


class ApiViewSet(ViewSet):
    """A resource of the API. It sets ``authentication_classes``; routing comes before them.

    The order of checks is contract: method (405), size (413), authentication, the rest.
    """

    # Whatever stands for an id reaches the view, which refuses it in its own words.
    lookup_value_regex = "[^/]+"

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:  # noqa: ARG002
        """Check what is checked before any method runs."""
        method = str(request.method).lower()
        if method == "options":
            return
        if method not in (self.action_map or {}):
            raise MethodNotAllowed(method)
        require_size(request)
        # All of the framework's checks that the API knows: there is nothing to negotiate, no
        # version in a header, and the limits are the services' own.
        self.perform_authentication(request)
        self.check_permissions(request)

    def initialize_request(
        self,
        request: HttpRequest,
        *args: Any,  # noqa: ARG002
        **kwargs: Any,  # noqa: ARG002
    ) -> Request:
        """Wrap a request; whatever it accepts, it is answered with JSON."""
        wrapped = Request(request, authenticators=self.get_authenticators(), negotiator=_NEGOTIATOR)
        wrapped.accepted_renderer = _RENDERER
        wrapped.accepted_media_type = OrjsonRenderer.media_type
        return wrapped

    def options(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Response:  # noqa: ARG002
        """Tell the methods, to anyone."""
        return Response({}, headers={"Allow": ", ".join(self.allowed_methods)})

    @property
    def default_response_headers(self) -> dict[str, str]:
        """Add nothing: `Allow` belongs to 405 and OPTIONS alone."""
        return {}


class _HasBody(Protocol):
    """What a request of Django and one of Django REST Framework have in common."""

    @property
    def META(self) -> dict[str, Any]: ...  # noqa: N802

    @property
    def body(self) -> bytes: ...


def require_size(request: _HasBody) -> None:
    """Refuse a body that is announced as too large.

    Raises:
        RequestDataTooBig: it is; answered with 413.
    """
    meta = request.META
    length = meta.get("CONTENT_LENGTH") or "0"
    if length.isdecimal() and int(length) > settings.MAX_REQUEST_BYTES:
        raise RequestDataTooBig("announced as too large")


def read_body(request: _HasBody) -> bytes:
    """Return the whole body, whether its length was announced or it came in chunks.

    Raises:
        RequestDataTooBig: it is too large; answered with 413.
        BadRequest: the caller hung up.
    """
    meta = request.META
    # Django takes a missing length for an empty body. A stream is read once, a body often.
    if CHUNKS not in meta:
        if meta.get("CONTENT_LENGTH") or not meta.get("wsgi.input_terminated"):
            try:
                return request.body
            except UnreadablePostError as error:
                raise BadRequest(NOT_JSON) from error
        meta[CHUNKS] = meta["wsgi.input"].read(settings.MAX_REQUEST_BYTES + 1)
    body: bytes = meta[CHUNKS]
    if len(body) > settings.MAX_REQUEST_BYTES:
        raise RequestDataTooBig("too large in chunks")
    return body


def read_json(request: HttpRequest | Request, *, may_be_empty: bool = False) -> Any:
    """Return the body as JSON, whatever its content type; what is empty in Python reads as {}.

    Args:
        request: its body is read.
        may_be_empty: take no body at all for an empty object.

    Raises:
        BadRequest: not JSON in UTF-8, or nested beyond reason.
        RequestDataTooBig: too large.
    """
    body = read_body(request)
    if may_be_empty and not body:
        return {}
    try:
        value = orjson.loads(body)
    except ValueError as error:
        raise BadRequest(NOT_JSON) from error
    if body.count(b"{") + body.count(b"[") > MAX_DEPTH and _depth(value) > MAX_DEPTH:
        raise BadRequest(NOT_JSON)
    # Only now: this parser recurses. It refuses nothing that the other one took.
    if _LONG_NUMBER.search(body):
        value = json.loads(body, parse_int=_exact)
    return value or {}


def _exact(digits: str) -> int | str:
    """Keep a number that is longer than 64 bits as its digits, which is how messages show it."""
    return int(digits) if len(digits) < LONG_DIGITS else digits


def _depth(value: Any) -> int:
    """Count levels without recursion."""
    level, depth = [value], 0
    while level:
        depth += 1
        level = [
            child
            for item in level
            if isinstance(item, dict | list)
            for child in (item.values() if isinstance(item, dict) else item)
        ]
    return depth


def read_query(request: Request, *repeatable: str) -> dict[str, Any]:
    """Return the query parameters: all values of repeatable ones, the first of the others."""
    return {
        name: values if name in repeatable else values[0]
        for name, values in request.query_params.lists()
    }
