"""Times on pages: London's clock, and how long ago that is."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from notify_project import clock

_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"))
_SITE = "/admin/"


class LondonTime:
    """Middleware: pages of the site show, and their forms read, times in London."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer a request, in London if it is one to the site."""
        if not request.path_info.startswith(_SITE):
            return self._get_response(request)
        with timezone.override(clock.LONDON):
            return self._get_response(request)


def written(instant: datetime) -> str:
    """Return a time in London, to the second."""
    return f"{instant.astimezone(clock.LONDON):%-d %b %Y, %H:%M:%S}"


def ago(instant: datetime, now: datetime) -> str:
    """Say how long ago an instant is, in its largest unit."""
    past = instant <= now
    seconds = int((now - instant if past else instant - now) / timedelta(seconds=1))
    words = "under a minute"
    for length, unit in _UNITS:
        if seconds >= length:
            count = seconds // length
            words = f"{count} {unit}{'s' if count > 1 else ''}"
            break
    return f"{words} ago" if past else f"in {words}"


def when(instant: datetime, now: datetime) -> SafeString:
    """Return a time for a column: how long ago, and the time itself below."""
    return format_html(
        '<span style="white-space:nowrap" title="{}">{}<br><small>{}</small></span>',
        clock.api_time(instant),
        ago(instant, now),
        written(instant),
    )


def created_column(description: str) -> Callable[[Any, Any], SafeString]:
    """Return a column of a list: when its rows were made, and how long ago that is."""

    @admin.display(description=description)
    def created(_: Any, row: Any) -> SafeString:
        return when(row.created_at, clock.now())

    return created
