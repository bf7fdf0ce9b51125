"""The page that shows what one API key was used for."""

import uuid

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from notifications.statistics.key_use import DAYS, MOST_READ, use_of_key
from notify_project import clock
from notify_project.admin.scope import may_see_service
from notify_project.admin.tables import table
from notify_project.clock import LONDON
from services.models import ApiKey

_KINDS = {"sms": "texts", "email": "emails", "letter": "letters"}


def key_use_url(site: admin.AdminSite) -> URLPattern:
    """Return the address of the page."""

    def view(request: HttpRequest, key_id: uuid.UUID) -> HttpResponse:
        return _key_use(site, request, key_id)

    name = "notifications_notification_key_use"
    return path("key/<uuid:key_id>/", site.admin_view(view), name=name)


def _key_use(site: admin.AdminSite, request: HttpRequest, key_id: uuid.UUID) -> HttpResponse:
    if not request.user.has_perms(["services.view_apikey", "notifications.view_notification"]):
        raise PermissionDenied
    key = ApiKey.objects.select_related("service").filter(id=key_id).first()
    if key is None or not may_see_service(request.user, key.service_id):
        raise Http404
    found = use_of_key(key.id, clock.now())
    last = found.last_used_at
    context = {
        **site.each_context(request),
        "title": f"What the key {key.name} was used for",
        "key": key,
        "last_used": f"{last.astimezone(LONDON):%-d %B %Y %H:%M}" if last else "",
        "days": DAYS,
        "most_read": MOST_READ if found.is_cut else 0,
        "table": table(
            ("London day", "type", "messages"),
            (
                (f"{each.day:%-d %b %Y}", _KINDS[each.notification_type], f"{each.count:,}")
                for each in found.days
            ),
        ),
        "opts": ApiKey._meta,  # noqa: SLF001 - Django's public Meta
    }
    return TemplateResponse(request, "admin/notifications/notification/key_use.html", context)
