"""Requests in: one create for all types of message."""

from typing import Any

from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from notifications.acceptance.accept import accept_email, accept_sms
from notifications.api import responses, schemas
from notify_project.api.views import read_json
from notify_project.constants import NotificationType
from services.api.authentication import caller_of
from services.limits import require_within_limits

_ACCEPT = {NotificationType.SMS: accept_sms, NotificationType.EMAIL: accept_email}


def create(request: Request, word: str) -> Response:
    """Accept one message.

    Args:
        request: authenticated; its body is not read yet.
        word: the type of message, from the path.

    Raises:
        Http404: there is no such type.
        ApiError: a limit, the schema or a rule refuses the request.
    """
    if word not in _ACCEPT:
        raise Http404
    notification_type = NotificationType(word)
    caller = caller_of(request)
    require_within_limits(caller, notification_type)
    body: dict[str, Any] = read_json(request)
    schemas.BODIES[notification_type].require(body)
    accepted = _ACCEPT[notification_type](body, caller)
    return Response(responses.created(accepted, caller.service), status=201)
