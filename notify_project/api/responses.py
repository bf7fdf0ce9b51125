"""How any error is worded: one place for every path and every status."""

import logging
import sys
from dataclasses import dataclass, field
from typing import Any

import orjson
from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views import defaults
from rest_framework.exceptions import APIException, MethodNotAllowed
from rest_framework.response import Response

from notify_project.api.errors import ApiError, ServiceUnavailable
from notify_project.database import is_away, reconnect

logger = logging.getLogger(__name__)

# Source: the API contract, unroutable requests.
NOT_FOUND = (
    "The requested URL was not found on the server. If you entered the URL manually please check "
    "your spelling and try again."
)
METHOD_NOT_ALLOWED = "The method is not allowed for the requested URL."
TOO_LARGE = "Request body is too large"
# Paths whose every answer is JSON; all others may be pages for people.
API_PATHS = (
    *("/v2/", "/notifications/", "/_status"),
    *("/service", "/organisation", "/personal-token"),
    *("/user", "/inbound-number", "/audit-event"),
    *("/person", "/find", "/holds", "/bulk-actions"),
    *("/letters/", "/platform-stats", "/processing-time", "/rates/", "/letter-rates", "/sms-rate"),
)
# What printers call speaks as the public API does. Source: the API contract, callbacks that the
# server receives.
LETTER_STATUS_PATH = "/notifications/letter/status"
# Below it the page that a person confirms on stands beside what mail programs post to.
UNSUBSCRIBE_PATH = "/unsubscribe/"
UNSUBSCRIBE_PAGE_END = "/confirm"


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes out: an error, or what was asked for."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)


def is_public(path: str) -> bool:
    """Is this a path of the public API, whose errors have the envelope?"""
    return path.startswith("/v2/") or path in {"/v2", LETTER_STATUS_PATH}


def is_api(path: str) -> bool:
    """Is this a path that programs call?"""
    if path.startswith(UNSUBSCRIBE_PATH):
        return not path.endswith(UNSUBSCRIBE_PAGE_END)
    return path.startswith(API_PATHS) or path == "/v2"


def word_exception(exc: Exception, context: dict[str, Any]) -> Response:
    """Answer for an exception that a view raised: Django REST Framework's exception handler."""
    view = context.get("view")
    allowed = tuple(view.allowed_methods) if view is not None else ()
    answer = answer_for(exc, context["request"].path, allowed)
    return Response(answer.body, status=answer.status, headers=answer.headers)


def plain_response(answer: Answer) -> HttpResponse:
    """Return an answer that is made at once, without a renderer."""
    return HttpResponse(
        orjson.dumps(answer.body),
        status=answer.status,
        headers=answer.headers,
        content_type="application/json",
    )


def answer_for(exc: Exception, path: str, allowed: tuple[str, ...] = ()) -> Answer:
    """Word an exception for the path on which it happened.

    Args:
        exc: what was raised.
        path: the request's path; it decides the shape.
        allowed: the methods that the path knows.
    """
    if isinstance(exc, ApiError):
        return _refusal(exc, path)
    if isinstance(exc, Http404):
        return _unroutable(404, "NotFound", NOT_FOUND, path)
    if isinstance(exc, MethodNotAllowed):
        answer = _unroutable(405, "MethodNotAllowed", METHOD_NOT_ALLOWED, path)
        return Answer(answer.status, answer.body, {"Allow": ", ".join(allowed)})
    if is_away(exc):
        logger.warning("the database cannot be reached: %s", type(exc).__name__)
        reconnect()
        return _refusal(ServiceUnavailable(), path)
    return _from_framework(exc, path) or _unexpected(exc, path)


def _refusal(error: ApiError, path: str) -> Answer:
    headers = dict(error.headers)
    if error.status_code == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if is_public(path):
        body: dict[str, Any] = {"status_code": error.status_code, "errors": error.errors}
    else:
        body = {"result": "error", "message": error.older_message}
    return Answer(error.status_code, body, headers)


def _shaped(status: int, error: str, message: Any, path: str) -> Answer:
    if is_public(path):
        errors = [{"error": error, "message": str(message)}]
        return Answer(status, {"status_code": status, "errors": errors})
    return Answer(status, {"result": "error", "message": message})


def _unroutable(status: int, error: str, message: str, path: str) -> Answer:
    """Send both shapes at once: clients read the one or the other."""
    answer = _shaped(status, error, message, path)
    return Answer(status, {**answer.body, "result": "error", "message": message})


def _from_framework(exc: Exception, path: str) -> Answer | None:
    if isinstance(exc, RequestDataTooBig):
        return _shaped(413, "RequestEntityTooLarge", TOO_LARGE, path)
    if isinstance(exc, SuspiciousOperation):
        return _shaped(400, "BadRequestError", "Bad request", path)
    if isinstance(exc, PermissionDenied):
        return _shaped(403, "Forbidden", "Forbidden", path)
    if isinstance(exc, APIException):
        return _shaped(exc.status_code, "BadRequestError", _with_text_keys(exc.detail), path)
    return None


def _with_text_keys(detail: Any) -> Any:
    """Name the wrong entries of a list by their places: keys of JSON are texts."""
    if isinstance(detail, dict):
        return {str(key): _with_text_keys(value) for key, value in detail.items()}
    return [_with_text_keys(each) for each in detail] if isinstance(detail, list) else detail


def _unexpected(exc: Exception, path: str) -> Answer:
    # A route's path holds ids and tokens at most; the traceback tells where.
    logger.error("unexpected %s", type(exc).__name__, exc_info=exc)
    return _shaped(500, "Exception", "Internal server error", path)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a path that nothing is routed to: Django's ``handler404``."""
    if is_api(request.path):
        return plain_response(answer_for(Http404(), request.path))
    return defaults.page_not_found(request, exception)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that Django refuses: Django's ``handler400``."""
    if is_api(request.path):
        return plain_response(_shaped(400, "BadRequestError", "Bad request", request.path))
    return defaults.bad_request(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer when a page failed: Django's ``handler500``."""
    # Django calls this while it handles the error.
    error = sys.exception()
    known = error if isinstance(error, Exception) else RuntimeError("no error is known")
    answer = answer_for(known, request.path)
    response = plain_response(answer) if is_api(request.path) else _page(request, answer.status)
    mark_as_logged(response)
    return response


def mark_as_logged(response: HttpResponseBase) -> None:
    """Keep Django from logging a refused or failed request, which it does with the whole path."""
    response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001 - Django's own mark


def _page(request: HttpRequest, status: int) -> HttpResponse:
    if status == ServiceUnavailable.status_code:
        return render(request, "notify_project/unavailable.html", status=status)
    return defaults.server_error(request)
