"""Paths of the management API that belong to the services app."""

from django.urls import URLPattern, URLResolver, include, path
from rest_framework.routers import SimpleRouter

from services.api.management.api_keys import ApiKeyViewSet
from services.api.management.organisations import OrganisationViewSet
from services.api.management.senders import (
    LetterContactViewSet,
    ReplyToViewSet,
    SmsSenderViewSet,
)
from services.api.management.service import ServiceViewSet
from services.api.management.settings import CallbackViewSet, GuestListViewSet
from services.api.management.team import MemberViewSet
from services.api.management.tokens import PersonalTokenViewSet

_platform = SimpleRouter(trailing_slash=False, use_regex_path=False)
_platform.register("organisation", OrganisationViewSet, basename="organisation")
_platform.register("service", ServiceViewSet, basename="service")
_platform.register("personal-token", PersonalTokenViewSet, basename="personal-token")

_of_a_service = SimpleRouter(trailing_slash=False, use_regex_path=False)
_of_a_service.register("user", MemberViewSet, basename="service-user")
_of_a_service.register("api-key", ApiKeyViewSet, basename="service-api-key")
_of_a_service.register("sms-sender", SmsSenderViewSet, basename="service-sms-sender")
_of_a_service.register("email-reply-to", ReplyToViewSet, basename="service-email-reply-to")
_of_a_service.register("letter-contact", LetterContactViewSet, basename="service-letter-contact")
_of_a_service.register("callback", CallbackViewSet, basename="service-callback")

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include(_platform.urls)),
    path("service/<uuid:service_id>/", include(_of_a_service.urls)),
    path(
        "service/<uuid:service_id>/guest-list",
        GuestListViewSet.as_view({"get": "retrieve", "put": "replace"}),
        name="service-guest-list",
    ),
]
