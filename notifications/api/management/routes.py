"""Paths of the management API that belong to the notifications app."""

from django.urls import URLPattern, URLResolver, include, path
from rest_framework.routers import SimpleRouter

from notifications.api.management.acts import ActViewSet
from notifications.api.management.bulk_actions import BulkActionViewSet
from notifications.api.management.callbacks import DeliveryViewSet
from notifications.api.management.find import FindViewSet
from notifications.api.management.holds import HoldViewSet
from notifications.api.management.jobs import JobViewSet
from notifications.api.management.letter_pages import LetterPageViewSet
from notifications.api.management.letters import LetterViewSet
from notifications.api.management.messages import MessageViewSet
from notifications.api.management.person import PersonViewSet
from notifications.api.management.platform import (
    PlatformStatisticsViewSet,
    ServiceFiguresViewSet,
)
from notifications.api.management.received_texts import InboundSmsViewSet
from notifications.api.management.returned_letters import (
    ReturnedLetterViewSet,
    ReturningViewSet,
)
from notifications.api.management.statistics import StatisticsViewSet
from notifications.api.management.suppression import SuppressionViewSet
from notifications.api.management.uploads import UploadViewSet

_platform = SimpleRouter(trailing_slash=False, use_regex_path=False)
_platform.register("person", PersonViewSet, basename="person")
_platform.register("find", FindViewSet, basename="find")
_platform.register("bulk-actions", BulkActionViewSet, basename="bulk-action")
_platform.register("holds", HoldViewSet, basename="hold")
_platform.register("letters", ReturningViewSet, basename="letters")

_SERVICE = "service/<uuid:service_id>/"
_of_a_service = SimpleRouter(trailing_slash=False, use_regex_path=False)
_of_a_service.register("notifications", MessageViewSet, basename="service-notification")
_of_a_service.register("notifications", LetterViewSet, basename="service-letter")
_of_a_service.register("notifications", ActViewSet, basename="service-act")
_of_a_service.register("job", JobViewSet, basename="service-job")
_of_a_service.register("inbound-sms", InboundSmsViewSet, basename="service-inbound-sms")
_of_a_service.register(
    "returned-letters", ReturnedLetterViewSet, basename="service-returned-letter"
)
_of_a_service.register("suppression", SuppressionViewSet, basename="service-suppression")
_of_a_service.register(
    "callback/<uuid:callback_id>/delivery", DeliveryViewSet, basename="service-callback-delivery"
)


def _statistics(rest: str, action: str) -> URLPattern:
    view = StatisticsViewSet.as_view({"get": action})
    return path(f"{_SERVICE}{rest}", view, name="service-statistics")


urlpatterns: list[URLPattern | URLResolver] = [
    path("", include(_platform.urls)),
    path(_SERVICE, include(_of_a_service.urls)),
    path(
        f"{_SERVICE}notifications/<uuid:pk>/letter/page/<int:page>.png",
        LetterPageViewSet.as_view({"get": "picture"}),
        name="service-letter-page",
    ),
    path(f"{_SERVICE}upload", UploadViewSet.as_view({"post": "create"}), name="service-upload"),
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
