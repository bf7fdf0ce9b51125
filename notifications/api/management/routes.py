"""Paths of the management API that belong to the notifications app."""

from django.urls import URLPattern, URLResolver, include, path
from rest_framework.routers import SimpleRouter

from notifications.api.management.callbacks import DeliveryViewSet
from notifications.api.management.received_texts import InboundSmsViewSet
from notifications.api.management.suppression import SuppressionViewSet

_of_a_service = SimpleRouter(trailing_slash=False, use_regex_path=False)
_of_a_service.register("inbound-sms", InboundSmsViewSet, basename="service-inbound-sms")
_of_a_service.register("suppression", SuppressionViewSet, basename="service-suppression")
_of_a_service.register(
    "callback/<uuid:callback_id>/delivery", DeliveryViewSet, basename="service-callback-delivery"
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("service/<uuid:service_id>/", include(_of_a_service.urls)),
]
