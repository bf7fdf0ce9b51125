"""Requests in: one create for all types of message."""

import logging
from typing import Any
from uuid import UUID

import orjson
from django.http import Http404, HttpResponse
from rest_framework.request import Request

from notifications.acceptance.accept import Accepted, accept
from notifications.acceptance.follow_up import follow_up
from notifications.acceptance.idempotency import once_only, run_once
from notifications.api import responses, schemas
from notify_project.api.views import read_body, read_json
from notify_project.constants import NotificationType
from notify_project.metrics import Counter
from services.limits import Allowance

logger = logging.getLogger(__name__)

ACCEPTED = Counter(
    "notify_accepted_total", "Messages answered with 201.", ("notification_type", "key_type")
)
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
        accepted, answer = _answer(request, type_of(word), allowance)
    except BaseException:
        allowance.give_back()
        raise
    if accepted is None or accepted.simulated:
        allowance.give_back()
    elif accepted.stored:
        follow_up(accepted.notification)
    if accepted is not None:
        _note(accepted)
    headers = REPLAYED if accepted is None else {}
    return HttpResponse(answer, status=201, content_type="application/json", headers=headers)


def _note(accepted: Accepted) -> None:
    """Log and count what was accepted: the line that ties a request to its message."""
    notification = accepted.notification
    logger.info("%s %s is accepted", notification.notification_type, notification.id)
    ACCEPTED.count(notification.notification_type, notification.key_type)


def type_of(word: str) -> NotificationType:
    """Return the type that a path names.

    Raises:
        Http404: there is none.
    """
    if word not in NotificationType:
        raise Http404
    return NotificationType(word)


def _answer(
    request: Request, notification_type: NotificationType, allowance: Allowance
) -> tuple[Accepted | None, str | bytes]:
    """Return what was accepted, and the answer; nothing was if the answer is an earlier one."""
    key = request.META.get(IDEMPOTENCY_KEY)
    if key is None:
        accepted = _accept(request, notification_type, allowance, may_defer=True)
        return accepted, _worded(accepted, allowance)
    made: list[Accepted] = []

    def run() -> tuple[UUID, str]:
        # The answer is stored beside the message, so that both are or neither is.
        made.append(_accept(request, notification_type, allowance, may_defer=False))
        return made[0].notification.id, _worded(made[0], allowance).decode()

    # An earlier answer is given whatever the day's limit, which the first may have used up.
    once = once_only(allowance.caller, key, request.path, read_body(request))
    answer, is_earlier = run_once(once, run)
    return (None if is_earlier else made[0]), answer


def _accept(
    request: Request, notification_type: NotificationType, allowance: Allowance, *, may_defer: bool
) -> Accepted:
    allowance.require_room()
    body: dict[str, Any] = read_json(request)
    schemas.schema_of(notification_type, body).require(body)
    return accept(notification_type, body, allowance, may_defer=may_defer)


def _worded(accepted: Accepted, allowance: Allowance) -> bytes:
    return orjson.dumps(responses.created(accepted, allowance.caller.service))
