"""The boundary of the API: JSON for every outcome, fixed headers, nothing that pages need."""

import secrets
import string
import time
import uuid
from collections.abc import Callable
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import ResolverMatch, resolve

from notify_project import logs
from notify_project.api.responses import (
    UNSUBSCRIBE_PATH,
    answer_for,
    is_api,
    mark_as_logged,
    plain_response,
)
from notify_project.metrics import Histogram

GetResponse = Callable[[HttpRequest], HttpResponseBase]

# Source: the API contract, response headers.
HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "Content-Type,Authorization",
    "Access-Control-Allow-Methods": "GET,PUT,POST,DELETE",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "X-Permitted-Cross-Domain-Policies": "none",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "Cache-Control": "no-store, no-cache, private, must-revalidate",
}
# What a view says of these stands: the description of the API may be kept by caches.
CHOSEN_BY_VIEWS = frozenset({"cache-control"})
_STORED = {name.lower(): (name, value) for name, value in HEADERS.items()}
# Answered here, past the sessions, cookies and redirects that only pages need. The management
# API is not among them: people may use it with their session.
DIRECT_PATHS = ("/v2/", "/notifications/", "/_status")
_DIRECT = frozenset({"/", "/v2"})
_HEX = frozenset(string.hexdigits)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
REQUESTS = Histogram(
    "notify_request_seconds", "How long a request took.", ("method", "view", "status")
)


class ApiBoundary:
    """Middleware, the outermost one."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer a request and count it."""
        began = time.perf_counter()
        trace_id = _given_trace_id(request)
        own_id = None if trace_id else uuid.uuid4()
        trace_id = own_id.hex if own_id else trace_id
        with logs.belonging_to(trace_id, message_id=own_id):
            response = self._respond(request, trace_id)
        _count(request, response, time.perf_counter() - began)
        return response

    def _respond(self, request: HttpRequest, trace_id: str) -> HttpResponseBase:
        """Answer an API request here; pass any other on."""
        path = request.path_info
        if path.startswith("//v2/"):
            # Clients that concatenate a base URL with a trailing slash send this.
            path = request.path = request.path_info = path[1:]
        if path.startswith(DIRECT_PATHS) or path in _DIRECT:
            response = _answer(request, path)
        else:
            response = self._get_response(request)
            if path.startswith(UNSUBSCRIBE_PATH):
                # The path is a credential.
                mark_as_logged(response)
            if not is_api(path):
                return response
        _add_fixed_headers(response)
        response.headers["X-B3-TraceId"] = trace_id
        response.headers["X-B3-SpanId"] = secrets.token_hex(8)
        return response


def _add_fixed_headers(response: HttpResponseBase) -> None:
    # At once: Django checks each header that is set for characters that these do not have.
    store = response.headers._store  # noqa: SLF001
    chosen = {key: store[key] for key in CHOSEN_BY_VIEWS if key in store}
    store.update(_STORED)
    store.update(chosen)


def _answer(request: HttpRequest, path: str) -> HttpResponseBase:
    """Resolve and call the view; whatever happens becomes JSON."""
    try:
        request.get_host()  # refuses a host that is not ours
        request.resolver_match = match = _resolve(path, settings.ROOT_URLCONF)
        response: HttpResponse = match.func(request, *match.args, **match.kwargs)
        render = getattr(response, "render", None)
        if render is not None:
            response = render()
    except Exception as exc:  # noqa: BLE001 - logged and worded once; HTML must never go out
        response = plain_response(answer_for(exc, path))
    # Errors were logged where they were worded; refusals are the callers' affair.
    mark_as_logged(response)
    if not response.streaming:
        response.headers["Content-Length"] = str(len(response.content))
    return response


def _count(request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
    method = request.method if request.method in METHODS else "other"
    match = request.resolver_match
    view = match.view_name if match else "none"
    REQUESTS.observe(seconds, str(method), view, str(response.status_code))


@lru_cache(maxsize=256)
def _resolve(path: str, urlconf: str) -> ResolverMatch:
    # A few paths take nearly all requests, and each is some regular expressions to find.
    return resolve(path, urlconf)


def _given_trace_id(request: HttpRequest) -> str:
    """Return the caller's trace id, which is echoed; empty if it gives none."""
    meta = request.META  # its dictionary of headers would be made anew for each request
    given: str | None = meta.get("HTTP_X_B3_TRACEID")
    if given and len(given) in {16, 32} and _HEX.issuperset(given):
        return given
    return ""
