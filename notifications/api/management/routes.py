"""Paths of the management API about messages and their figures."""

from django.urls import URLPattern, URLResolver, include, path
from rest_framework.routers import SimpleRouter

from notifications.api.management.messages import MessageViewSet
from notifications.api.management.platform import (
    PlatformStatisticsViewSet,
    ServiceFiguresViewSet,
)
from notifications.api.management.statistics import StatisticsViewSet

_SERVICE = "service/<uuid:service_id>/"
_messages = SimpleRouter(trailing_slash=False, use_regex_path=False)
_messages.register("notifications", MessageViewSet, basename="service-notification")


def _statistics(rest: str, action: str) -> URLPattern:
    view = StatisticsViewSet.as_view({"get": action})
    return path(f"{_SERVICE}{rest}", view, name="service-statistics")


urlpatterns: list[URLPattern | URLResolver] = [
    path(_SERVICE, include(_messages.urls)),
    _statistics("statistics", "summary"),
    _statistics("notifications/monthly", "months"),
    _statistics("notifications/templates_usage/monthly", "template_months"),
    _statistics("template-statistics", "templates"),
    _statistics("template-statistics/last-used/<uuid:template_id>", "template_last_used"),
    path(
        "platform-stats",
        PlatformStatisticsViewSet.as_view({"get": "totals"}),
        name="platform-stats",
    ),
    path(
        "processing-time",
        PlatformStatisticsViewSet.as_view({"get": "processing_time"}),
        name="processing-time",
    ),
    path(
        "service-statistics",
        ServiceFiguresViewSet.as_view({"get": "list"}),
        name="service-figures",
    ),
]
