"""Services: their settings, limits and permissions."""

from collections.abc import Mapping
from typing import Any, cast

from django_filters.rest_framework import UUIDFilter
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer, ModelSerializer

from notify_project.api.errors import Forbidden
from notify_project.api.filters import StrictFilterSet
from services import creating
from services.api.management.viewsets import MEMBER, PLATFORM, ManagementViewSet, Reads
from services.models import Organisation, Service, ServicePermission
from services.principal import Principal

# What a team decides itself; the rest is for support staff.
OF_THE_TEAM = frozenset(
    {
        *("name", "custom_email_sender_name", "contact_link", "prefix_sms"),
        *("uses_suppression_list", "templates_need_review"),
    }
)
_NAMES = [
    *("name", "custom_email_sender_name", "contact_link", "prefix_sms"),
    *("uses_suppression_list", "templates_need_review"),
    *("email_message_limit", "sms_message_limit", "letter_message_limit"),
    *("international_sms_message_limit", "rate_limit"),
    *("restricted", "research_mode", "deferred_persistence", "count_as_live"),
]


class ServiceSerializer(ModelSerializer[Service]):
    """A service with its permissions."""

    permissions = serializers.ListField(
        child=serializers.ChoiceField(choices=ServicePermission.Name.choices), required=False
    )
    organisation = serializers.PrimaryKeyRelatedField(
        queryset=Organisation.objects.all(),
        required=False,
        allow_null=True,
    )

    class Meta:
        model = Service
        fields = [
            *("id", "version", "active", "organisation", "organisation_type"),
            *(*_NAMES, "permissions", "created_at"),
        ]
        read_only_fields = ["version", "active", "organisation_type", "created_at"]

    def to_representation(self, instance: Service) -> dict[str, Any]:
        """Show the permissions as words."""
        words = sorted(each.permission for each in instance.permissions.all())
        fields = self.fields
        shown = {
            name: field.to_representation(value) if value is not None else None
            for name, field in fields.items()
            if name != "permissions"
            for value in [field.get_attribute(instance)]
        }
        return {**shown, "permissions": words}

    def create(self, validated_data: dict[str, Any]) -> Service:
        """Create a service; without permissions it gets the usual ones."""
        actor = self.context["view"].actor
        return creating.create_service(validated_data.pop("name"), actor=actor, **validated_data)

    def update(self, instance: Service, validated_data: dict[str, Any]) -> Service:
        """Save changes as the next version."""
        actor = self.context["view"].actor
        permissions = validated_data.pop("permissions", None)
        row = creating.update_service(instance, actor=actor, **validated_data)
        if permissions is not None:
            creating.set_permissions(row, permissions, actor=actor)
        return Service.objects.prefetch_related("permissions").get(id=row.id)


class ServiceFilter(StrictFilterSet):
    """Which services are listed."""

    organisation = UUIDFilter(field_name="organisation_id")

    class Meta:
        model = Service
        fields = ["active", "restricted", "name"]


class ServiceViewSet(Reads, mixins.CreateModelMixin, mixins.UpdateModelMixin, ManagementViewSet):
    """Services with their settings, limits and permissions.

    A team changes names, contact details and what its messages look like, and may ask that changes
    of its templates are reviewed; the rest is for support staff.
    """

    names = ("a service", "services")
    queryset = Service.objects.prefetch_related("permissions").order_by()
    serializer_class = ServiceSerializer
    filterset_class = ServiceFilter
    access = {
        "read": MEMBER,
        "write": PLATFORM,
        "update": "manage_settings",
        "partial_update": "manage_settings",
        "archive": PLATFORM,
        "make_live": PLATFORM,
    }

    def get_queryset(self) -> Any:
        """Return what the caller may see."""
        seen = self.principal.services().values("id")
        return super().get_queryset().filter(id__in=seen)

    def perform_create(self, serializer: BaseSerializer[Service]) -> None:
        """Create a service."""
        self.audited(serializer, "create service")

    def perform_update(self, serializer: BaseSerializer[Service]) -> None:
        """Change a service, as far as the caller may."""
        instance = cast("Service", serializer.instance)
        self._require_may_change(self.principal, instance, serializer.validated_data)
        self.audited(serializer, "change service")

    @extend_schema(request=None)
    @action(detail=True, methods=["post"], url_path="archive")
    def archive(self, request: Request, **_: Any) -> Response:
        """Archive the service: its keys stop working now."""
        del request
        return self._answer(creating.archive_service(self.get_object(), actor=self.actor))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"], url_path="make-live")
    def make_live(self, request: Request, **_: Any) -> Response:
        """End the service's trial mode."""
        del request
        return self._answer(creating.make_live(self.get_object(), actor=self.actor))

    def audited_service(self, subject: Any) -> Any:
        """Return the service itself."""
        return subject.id

    def _answer(self, service: Service) -> Response:
        row = Service.objects.prefetch_related("permissions").get(id=service.id)
        return Response(self.shown(row))

    @staticmethod
    def _require_may_change(
        principal: Principal, service: Service, wanted: Mapping[str, Any]
    ) -> None:
        if principal.is_platform:
            return
        if "manage_settings" not in principal.permissions_for(service):
            raise Forbidden("The permission manage_settings is needed")
        if beyond := sorted(wanted.keys() - OF_THE_TEAM):
            raise Forbidden(f"Support staff only: {', '.join(beyond)}")
        # Or one person could switch the review off, publish, and switch it on again.
        if service.templates_need_review and not wanted.get("templates_need_review", True):
            raise Forbidden("Support staff only: switching templates_need_review off")
