"""What was changed or looked at, by whom and why: to be read, never written."""

from django.db.models import QuerySet
from django_filters.rest_framework import CharFilter, UUIDFilter
from rest_framework import serializers
from rest_framework.serializers import ModelSerializer

from notify_project.models import AuditEvent
from services.api.management.filters import Period
from services.api.management.viewsets import (
    PLATFORM,
    ManagementViewSet,
    Reads,
    ServiceOwnedViewSet,
)


class AuditEventSerializer(ModelSerializer[AuditEvent]):
    """One thing that somebody did."""

    service = serializers.UUIDField(source="service_id", read_only=True, allow_null=True)
    before = serializers.JSONField(read_only=True, help_text="Of what was changed.")
    after = serializers.JSONField(read_only=True, help_text="Of what was changed.")

    class Meta:
        model = AuditEvent
        fields = [
            *("id", "created_at", "action", "actor", "actor_kind", "service"),
            *("subject_type", "subject_id", "before", "after", "reason", "request_id"),
        ]
        read_only_fields = fields


class AuditFilter(Period):
    """Which events are listed."""

    actor = UUIDFilter(field_name="actor_id")
    subject = CharFilter(field_name="subject_id", help_text="Id of what was changed.")

    class Meta:
        model = AuditEvent
        fields = ["action", "actor_kind", "subject_type", "request_id"]


class PlatformAuditFilter(AuditFilter):
    """Which events of the whole platform are listed."""

    service = UUIDFilter(field_name="service_id")


class AuditEventViewSet(Reads, ManagementViewSet):
    """Everything that was done on the platform, newest first."""

    names = ("an audit event", "audit events")
    queryset = AuditEvent.objects.all()
    serializer_class = AuditEventSerializer
    filterset_class = PlatformAuditFilter
    access = {"read": PLATFORM, "write": PLATFORM}


class ServiceAuditEventViewSet(Reads, ServiceOwnedViewSet):
    """Everything that was done to the service, by its team and by support staff, newest first."""

    names = ("an audit event of the service", "audit events of the service")
    queryset = AuditEvent.objects.all()
    serializer_class = AuditEventSerializer
    filterset_class = AuditFilter
    access = {"read": "manage_settings", "write": PLATFORM}

    def get_queryset(self) -> QuerySet[AuditEvent]:
        """Return the events of the service, which are kept longer than any row of it."""
        return AuditEvent.objects.filter(service_id=self.service.id)
