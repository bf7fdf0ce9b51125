"""Paths of the management API that belong to the services app."""

from django.urls import URLPattern, URLResolver, include, path
from rest_framework.routers import SimpleRouter

from services.api.management.api_keys import ApiKeyViewSet
from services.api.management.audit_events import AuditEventViewSet, ServiceAuditEventViewSet
from services.api.management.inbound_numbers import InboundNumberViewSet, ServiceNumberViewSet
from services.api.management.organisations import OrganisationViewSet
from services.api.management.people import (
    MembershipViewSet,
    OwnAccountViewSet,
    OwnMembershipViewSet,
    PersonViewSet,
)
from services.api.management.retention import RetentionViewSet
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
_platform.register("user", PersonViewSet, basename="user")
_platform.register("inbound-number", InboundNumberViewSet, basename="inbound-number")
_platform.register("audit-event", AuditEventViewSet, basename="audit-event")

_of_a_service = SimpleRouter(trailing_slash=False, use_regex_path=False)
_of_a_service.register("user", MemberViewSet, basename="service-user")
_of_a_service.register("api-key", ApiKeyViewSet, basename="service-api-key")
_of_a_service.register("sms-sender", SmsSenderViewSet, basename="service-sms-sender")
_of_a_service.register("email-reply-to", ReplyToViewSet, basename="service-email-reply-to")
_of_a_service.register("letter-contact", LetterContactViewSet, basename="service-letter-contact")
_of_a_service.register("callback", CallbackViewSet, basename="service-callback")
_of_a_service.register("audit-event", ServiceAuditEventViewSet, basename="service-audit-event")

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include(_platform.urls)),
    path("service/<uuid:service_id>/", include(_of_a_service.urls)),
    path(
        "service/<uuid:service_id>/guest-list",
        GuestListViewSet.as_view({"get": "retrieve", "put": "replace"}),
        name="service-guest-list",
    ),
    path(
        "service/<uuid:service_id>/inbound-number",
        ServiceNumberViewSet.as_view({"get": "retrieve", "post": "allocate", "delete": "release"}),
        name="service-inbound-number",
    ),
    path(
        "service/<uuid:service_id>/data-retention",
        RetentionViewSet.as_view({"get": "list"}),
        name="service-data-retention",
    ),
    path(
        "service/<uuid:service_id>/data-retention/<str:notification_type>",
        RetentionViewSet.as_view({"put": "replace", "delete": "destroy"}),
        name="service-data-retention",
    ),
    path("user/me", OwnAccountViewSet.as_view({"get": "retrieve"}), name="user-me"),
    path("user/me/service", OwnMembershipViewSet.as_view({"get": "list"}), name="user-me-service"),
    path(
        "user/<uuid:user_id>/service",
        MembershipViewSet.as_view({"get": "list"}),
        name="user-service",
    ),
]
