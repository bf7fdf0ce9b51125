"""The overview of a service: what it is, how it does, what it may still send and has spent."""

from typing import Any, Final
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString

from notifications.admin.as_of import how_counted
from notifications.statuses import FAILED
from notify_project import clock
from notify_project.admin.charts import Series, bars
from notify_project.admin.links import find_url
from notify_project.admin.scope import may_see_service
from notify_project.monitoring import service_facts
from notify_project.monitoring.home import KINDS
from notify_project.monitoring.notices import holds_of_service
from notify_project.monitoring.service_facts import SHOWN, Volumes
from services.limit_use import LimitUse, limit_use
from services.models import Service

PERIODS: Final = (7, 30)
# Above it a share of failures stands out.
WORRYING: Final = 0.1
_WORDS: Final = {**KINDS, "international_sms": "texts abroad"}
# A card or a link, and the permission of the page that it leads to.
_CARDS: Final = {
    "keys": "services.view_apikey",
    "callbacks": "services.view_servicecallbackapi",
    "spend": "billing.view_factbilling",
    "jobs": "notifications.view_job",
    "team": "services.view_user",
    "messages": "notifications.view_notification",
    "templates": "templates_app.view_template",
    "statistics": "notifications.view_servicestatistics",
    "audit": "notify_project.view_auditevent",
    "holds": "notifications.view_hold",
    "hold": "notifications.hold_sending",
}


def overview(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """Show it to who may see services, and this one.

    Raises:
        PermissionDenied: somebody else asks.
        Http404: there is no such service.
    """
    user = request.user
    if not user.has_perm("services.view_service") or not may_see_service(user, service_id):
        raise PermissionDenied
    service = get_object_or_404(Service.objects.select_related("organisation"), id=service_id)
    now = clock.now()
    days = _days(request)
    volumes = service_facts.volumes(service, days, now)
    is_held, holds = holds_of_service(service.id)
    may = {card: user.has_perm(permission) for card, permission in _CARDS.items()}
    context = {
        **admin.site.each_context(request),
        "title": service.name,
        "service": service,
        "held": is_held,
        "may": may,
        "holds": holds if may["holds"] else [],
        "days": days,
        "periods": PERIODS,
        "chart": _chart(volumes),
        "how_counted": how_counted(volumes.shown),
        "types": [_type(volumes, kind) for kind in KINDS],
        "statuses": _statuses(service, volumes),
        "limits": _limits(limit_use(service, now)),
        "senders": service_facts.senders(service),
        "keys": service_facts.keys(service) if may["keys"] else [],
        "callbacks": service_facts.callbacks(service) if may["callbacks"] else [],
        "spend": service_facts.spend(service, now) if may["spend"] else None,
        "jobs": service_facts.newest_jobs(service) if may["jobs"] else [],
        "team": service_facts.team(service) if may["team"] else [],
        "shown": SHOWN,
        "shown_slice": f":{SHOWN}",
        "links": _links(service),
    }
    return TemplateResponse(request, "notify_project/service.html", context)


def _days(request: HttpRequest) -> int:
    given = request.GET.get("days", "")
    return int(given) if given in map(str, PERIODS) else PERIODS[0]


def _chart(volumes: Volumes) -> SafeString:
    labels = [f"{day:%-d %b}" for day in volumes.days]
    series = [Series(words, volumes.by_type[kind]) for kind, words in KINDS.items()]
    return bars("Messages by day in London", labels, series)


def _type(volumes: Volumes, kind: str) -> dict[str, Any]:
    share = volumes.failure_share(kind)
    return {
        "name": KINDS[kind],
        "tally": volumes.tallies[kind],
        "share": "" if share is None else f"{share:.1%}",
        "is_bad": share is not None and share >= WORRYING,
    }


def _statuses(service: Service, volumes: Volumes) -> list[dict[str, Any]]:
    page = "admin:notifications_notification_changelist"
    return [
        {
            "status": status,
            "count": count,
            "is_bad": status in FAILED,
            "link": find_url(page, service__id__exact=service.id, status=status),
        }
        for status, count in sorted(volumes.by_status.items(), key=lambda row: -row[1])
    ]


def _limits(use: LimitUse) -> dict[str, Any]:
    return {
        "is_known": use.is_known,
        "days": [
            {
                "name": _WORDS[day.word],
                "used": day.used,
                "limit": day.limit,
                "is_bad": day.used is not None and 0 < day.limit <= day.used,
                "percent": min(100, round(100 * (day.used or 0) / day.limit)) if day.limit else 0,
            }
            for day in use.days
        ],
        "minutes": use.minutes,
    }


def _links(service: Service) -> dict[str, str]:
    """Return the pages that the overview leads to."""
    found = {
        "settings": find_url("admin:services_service_change", service.id),
        "statistics": find_url("admin:notifications_servicestatistics_change", service.id),
        "team": find_url("admin:services_service_change", service.id),
        "hold": find_url("admin:notifications_hold_add", kind="service", key=service.id),
    }
    for name, page in {
        "messages": "admin:notifications_notification_changelist",
        "callbacks": "admin:notifications_callbackdelivery_changelist",
        "keys": "admin:services_apikey_changelist",
        "audit": "admin:notify_project_auditevent_changelist",
    }.items():
        found[name] = find_url(page, q=service.id)
    found["templates"] = find_url("admin:templates_app_template_changelist", q=service.name)
    found["usage"] = find_url("template-usage", service=service.id)
    found["reports"] = find_url("admin:notifications_reportrequest_add", service=service.id)
    found["jobs"] = find_url("admin:notifications_job_changelist", service__id__exact=service.id)
    return found
