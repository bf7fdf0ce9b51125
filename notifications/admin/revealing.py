"""Whose personal data somebody may see at the moment: kept in their session, on the server."""

from collections.abc import Callable
from typing import Any, Final, cast
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from notifications.models import Notification
from notifications.support.reveal import reveal
from notify_project import clock
from notify_project.admin.scope import may_see_service
from notify_project.api.errors import ApiError
from services.models import User

MINUTES: Final = 15
_OPEN, _COUNT = "revealed", "revealed_count"
# Of one person at one time.
_MOST_OPEN: Final = 50


def may_reveal(request: HttpRequest) -> bool:
    """Tell whether somebody may ask to see personal data."""
    return bool(request.user.has_perm("notifications.view_recipient"))


def is_revealed(request: HttpRequest, message_id: UUID) -> bool:
    """Tell whether somebody has asked for the data of a message, not long ago, and still may."""
    return may_reveal(request) and str(message_id) in _still_open(request)


def minutes_left(request: HttpRequest, message_id: UUID) -> int:
    """Return for how long the data of a message is shown yet."""
    ends = _still_open(request).get(str(message_id), 0)
    return max(1, round((ends - clock.now().timestamp()) / 60))


def visible_message(request: HttpRequest, message_id: UUID) -> Notification:
    """Return a message that somebody may look at.

    Raises:
        PermissionDenied: they look at no messages.
        Http404: there is none, or not for them.
    """
    if not request.user.has_perm("notifications.view_notification"):
        raise PermissionDenied
    row = Notification.objects.select_related("service").filter(id=message_id).first()
    if row is None or not may_see_service(request.user, row.service_id):
        raise Http404
    return row


@require_POST
def show(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Show the personal data of a message to who says why."""
    row = visible_message(request, message_id)
    if not may_reveal(request):
        raise PermissionDenied
    session: Any = request.session
    actor = cast("User", request.user)
    seen_before = session.get(_COUNT, 0)
    try:
        reveal(row, actor=actor, reason=request.POST.get("reason", ""), seen_before=seen_before)
    except ApiError as error:
        messages.error(request, error.message)
        return HttpResponseRedirect(_page_of(row))
    ends = clock.now().timestamp() + MINUTES * 60
    still_open = _still_open(request) | {str(row.id): ends}
    session[_OPEN] = dict(list(still_open.items())[-_MOST_OPEN:])
    session[_COUNT] = seen_before + 1
    return HttpResponseRedirect(f"{_page_of(row)}#content")


@require_POST
def hide(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Hide the personal data of a message again."""
    row = visible_message(request, message_id)
    still_open = _still_open(request)
    still_open.pop(str(row.id), None)
    request.session[_OPEN] = still_open
    return HttpResponseRedirect(f"{_page_of(row)}#content")


VIEWS: Final[dict[str, Callable[[HttpRequest, UUID], HttpResponse]]] = {"show": show, "hide": hide}


def _still_open(request: HttpRequest) -> dict[str, float]:
    now = clock.now().timestamp()
    kept: dict[str, float] = request.session.get(_OPEN, {})
    return {key: ends for key, ends in kept.items() if ends > now}


def _page_of(row: Notification) -> str:
    return reverse("admin:notifications_notification_change", args=[row.pk])
