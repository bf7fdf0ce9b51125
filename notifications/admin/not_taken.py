"""The page of what a provider did not take: when was it away, and whom did that concern?"""

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from notifications.admin.bulk_plan import time_field
from notifications.models import DeliveryEvent, ProviderDetails
from notifications.support import not_taken
from notifications.support.not_taken import Attempts, NotTaken, OfService
from notify_project import clock
from notify_project.admin.links import find_url
from notify_project.admin.london import written
from notify_project.newest import PAGE

_TYPED: Final = "%Y-%m-%dT%H:%M"
_DEFAULT: Final = timedelta(days=1)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_WORDS: Final = dict(DeliveryEvent.Attempt.choices)


class TimesForm(forms.Form):
    """From when until when; London's time."""

    since = time_field("From, London time", required=True)
    until = time_field("Before, London time", required=True)

    def clean(self) -> dict[str, Any]:
        """Want one after the other."""
        times = super().clean() or {}
        if len(times) == len(self.fields) and times["since"] >= times["until"]:
            raise ValidationError("The end is not after the beginning.")
        return times


def not_taken_page(request: HttpRequest, provider: ProviderDetails) -> HttpResponse:
    """Show the attempts of a time, newest first, and whose messages they were for."""
    form = TimesForm(request.GET if "since" in request.GET else _last_day(clock.now()))
    rows: list[NotTaken] = []
    services: list[OfService] = []
    if form.is_valid():
        times = form.cleaned_data
        wanted = Attempts(provider.identifier, times["since"], times["until"])
        rows = not_taken.newest_not_taken(wanted, older=_place(request.GET.get("older", "")))
        services = not_taken.services_not_taken(wanted)
    context = {
        **admin.site.each_context(request),
        "title": f"What {provider.display_name} did not take",
        "form": form,
        "is_read": form.is_valid(),
        "services": [_service(each) for each in services],
        "is_cut": sum(each.attempts for each in services) >= not_taken.MOST,
        "most": not_taken.MOST,
        "rows": [_row(row) for row in rows[:PAGE]],
        "older": _older(request, form, rows),
        "back": reverse("admin:notifications_providerdetails_change", args=[provider.pk]),
    }
    return TemplateResponse(request, "admin/notifications/providerdetails/not_taken.html", context)


def _last_day(now: datetime) -> dict[str, str]:
    """Return the last day, to the end of this minute."""
    now += timedelta(minutes=1)
    times = {"since": now - _DEFAULT, "until": now}
    return {name: f"{time.astimezone(clock.LONDON):{_TYPED}}" for name, time in times.items()}


def _older(request: HttpRequest, form: forms.Form, rows: list[NotTaken]) -> str:
    """Return where the next page begins; empty if this is the last."""
    if len(rows) <= PAGE:
        return ""
    last = rows[PAGE - 1]
    place = f"{(last.at - _EPOCH) // timedelta(microseconds=1)}.{last.id}"
    times = {name: form.data[name] for name in form.fields}
    return f"{request.path}?{urlencode({**times, 'older': place})}"


def _place(text: str) -> tuple[datetime, int] | None:
    """Read where a page begins; what cannot be read is the first page."""
    microseconds, _, row_id = text.partition(".")
    try:
        at, number = _EPOCH + timedelta(microseconds=int(microseconds)), int(row_id)
    except (ValueError, OverflowError):
        return None
    return (at, number) if 0 <= number < 2**63 else None


def _row(row: NotTaken) -> dict[str, Any]:
    return {
        "at": written(row.at),
        "message": f"{row.notification_type or 'message'} {row.notification_id}",
        "link": find_url("admin:notifications_notification_change", row.notification_id)
        if row.notification_type
        else "",
        "service": row.service_name or "",
        "outcome": _WORDS.get(row.outcome, row.outcome),
        "code": row.code,
        "attempt": row.attempt,
        "status": row.status or "gone",
    }


def _service(each: OfService) -> dict[str, Any]:
    return {
        "name": each.service_name or "messages that are gone",
        "link": find_url("service-overview", each.service_id) if each.service_id else "",
        "messages": each.messages,
        "attempts": each.attempts,
        "first": written(each.first_at),
        "last": written(each.last_at),
    }
