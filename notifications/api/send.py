"""Requests in: one create for all types of message."""

from typing import Any
from uuid import UUID

import orjson
from django.http import Http404, HttpResponse
from rest_framework.request import Request

from notifications.acceptance.accept import Accepted, accept
from notifications.acceptance.follow_up import follow_up
from notifications.acceptance.idempotency import OnceOnly, find_answer, once_only, run_once
from notifications.api import responses, schemas
from notify_project.api.responses import Answer, plain_response
from notify_project.api.views import read_body, read_json
from notify_project.constants import NotificationType
from services.limits import Allowance

IDEMPOTENCY_KEY = "HTTP_IDEMPOTENCY_KEY"
REPLAYED = {"Idempotent-Replayed": "true"}


def create(request: Request, word: str, allowance: Allowance) -> HttpResponse:
    """Accept one message.

    Args:
        request: authenticated; its body is not read yet.
        word: the type of message, from the path.
        allowance: what the request has taken of its service's limits; given back if no message
            comes of it.

    Raises:
        Http404: there is no such type.
        ApiError: a limit, the schema or a rule refuses the request.
    """
    try:
        allowance.require_rate()
        notification_type = type_of(word)
        key = request.META.get(IDEMPOTENCY_KEY)
        if key is None:
            return _create(request, notification_type, allowance)
        return _create_once(request, notification_type, allowance, key)
    except BaseException:
        allowance.give_back()
        raise


def type_of(word: str) -> NotificationType:
    """Return the type that a path names.

    Raises:
        Http404: there is none.
    """
    if word not in NotificationType:
        raise Http404
    return NotificationType(word)


def _create(
    request: Request, notification_type: NotificationType, allowance: Allowance
) -> HttpResponse:
    allowance.require_room()
    accepted = _accept(request, notification_type, allowance)
    _finish(accepted, allowance)
    return plain_response(Answer(201, responses.created(accepted, allowance.caller.service)))


def _create_once(
    request: Request, notification_type: NotificationType, allowance: Allowance, key: str
) -> HttpResponse:
    once = once_only(allowance.caller, key, request.path, read_body(request))
    # Before the day's limit, which the first request may have used up.
    answer = find_answer(once)
    if answer is None:
        allowance.require_room()
        return _run_once(request, notification_type, allowance, once)
    allowance.give_back()
    return _replayed(answer)


def _run_once(
    request: Request, notification_type: NotificationType, allowance: Allowance, once: OnceOnly
) -> HttpResponse:
    accepted: list[Accepted] = []

    def run() -> tuple[UUID, str]:
        accepted.append(_accept(request, notification_type, allowance))
        body = responses.created(accepted[0], allowance.caller.service)
        return accepted[0].notification.id, orjson.dumps(body).decode()

    answer, is_earlier = run_once(once, run)
    if is_earlier:
        allowance.give_back()
        return _replayed(answer)
    _finish(accepted[0], allowance)
    return plain_response(Answer(201, orjson.loads(answer)))


def _accept(
    request: Request, notification_type: NotificationType, allowance: Allowance
) -> Accepted:
    body: dict[str, Any] = read_json(request)
    schemas.schema_of(notification_type, body).require(body)
    return accept(notification_type, body, allowance)


def _finish(accepted: Accepted, allowance: Allowance) -> None:
    if accepted.simulated:
        allowance.give_back()
    else:
        follow_up(accepted.notification)


def _replayed(answer: str) -> HttpResponse:
    return plain_response(Answer(201, orjson.loads(answer), REPLAYED))
