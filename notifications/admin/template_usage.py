"""How often templates are used, and how sure that is."""

from typing import Any, Final
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse

from notifications.admin.as_of import how_counted
from notifications.statistics.usage_of_period import NamedUse, usage_of_period, usage_of_week
from notify_project.admin.charts import Series, bars
from notify_project.admin.links import find_url
from notify_project.admin.scope import may_see_service
from services.models import Service

# In days; counters are kept for the shortest, and tell how sure each of its days is.
PERIODS: Final = (7, 30, 365)
_COUNTED: Final = 7
_KINDS: Final = {"sms": "texts", "email": "emails", "letter": "letters"}


def template_usage(request: HttpRequest) -> HttpResponse:
    """Show it to who may see templates: of one service, or the most used of all.

    Raises:
        PermissionDenied: somebody else asks.
        Http404: there is no such service.
    """
    service_id = _service_id(request.GET.get("service", ""))
    user = request.user
    if not user.has_perm("templates_app.view_template") or not may_see_service(user, service_id):
        raise PermissionDenied
    service = get_object_or_404(Service, id=service_id) if service_id else None
    days = _days(request)
    context = {
        **admin.site.each_context(request),
        "title": f"Template usage of {service}" if service else "Template usage",
        "service": service,
        "overview": find_url("service-overview", service.pk) if service else "",
        "days": days,
        "periods": PERIODS,
        **(_counted(service) if service and days == _COUNTED else _from_facts(service, days)),
    }
    return TemplateResponse(request, "notify_project/template_usage.html", context)


def _counted(service: Service) -> dict[str, Any]:
    usage = usage_of_week(service.pk)
    return {
        "rows": [_row(use) for use in usage.uses],
        "chart": _chart(usage.by_day),
        "how_counted": how_counted(usage.shown),
        "sources": [
            {"day": day, "messages": count, "is_complete": day in usage.believed}
            for day, count in usage.by_day.items()
        ],
    }


def _from_facts(service: Service | None, days: int) -> dict[str, Any]:
    usage = usage_of_period(days, service_id=service.pk if service else None)
    return {
        "rows": [
            {
                **_row(use),
                "service": use.service_name,
                "service_link": find_url("service-overview", use.service_id),
            }
            for use in usage.uses
        ],
        "chart": _chart(usage.by_day),
        "how_counted": how_counted(usage.shown),
        "sources": [],
    }


def _row(use: NamedUse) -> dict[str, Any]:
    return {
        "name": use.template_name,
        "kind": _KINDS[use.template_type],
        "count": use.count,
        "link": find_url("admin:templates_app_template_change", use.template_id),
        "messages": find_url("admin:notifications_notification_changelist", q=use.template_id),
    }


def _chart(by_day: dict[Any, int]) -> str:
    labels = [f"{day:%-d %b}" for day in by_day]
    return bars("Messages by day in London", labels, [Series("messages", list(by_day.values()))])


def _service_id(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError as error:
        raise Http404 from error


def _days(request: HttpRequest) -> int:
    given = request.GET.get("days", "")
    return int(given) if given in map(str, PERIODS) else PERIODS[0]
