"""Acts on many messages at once: planned, counted, started, stopped by support staff."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ModelSerializer

from notifications.models import BulkAction
from notifications.support.bulk import RIGHTS, begin, start, stop
from notify_project.constants import NotificationType
from services.api.management.reasons import ReasonSerializer
from services.api.management.staff_rights import require_right
from services.api.management.viewsets import PLATFORM, ManagementViewSet, Reads


class BulkActionSerializer(ModelSerializer[BulkAction]):
    """One act on many messages, and how far it has come."""

    service_id = serializers.UUIDField(read_only=True, allow_null=True)
    refused = serializers.IntegerField(
        read_only=True, help_text="That were counted and have become something else."
    )
    remaining = serializers.IntegerField(
        read_only=True, allow_null=True, help_text="Null until it is counted."
    )

    class Meta:
        model = BulkAction
        fields = (
            *("id", "act", "state", "service_id", "template_id", "provider", "status"),
            *("notification_type", "since", "until", "reason", "actor", "total", "looked_at"),
            *("found", "done", "refused", "remaining", "created_at", "started_at", "finished_at"),
        )
        read_only_fields = fields


class NewBulkActionSerializer(ReasonSerializer):
    """What is done, to which messages; at least one of service, template and provider."""

    act = serializers.ChoiceField(choices=BulkAction.Act.choices)
    service_id = serializers.UUIDField(required=False, allow_null=True, default=None)
    template_id = serializers.UUIDField(required=False, allow_null=True, default=None)
    provider = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=50, help_text="Its identifier."
    )
    status = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=30,
        help_text="Of messages; to tell again, how the telling ended.",
    )
    notification_type = serializers.ChoiceField(
        choices=NotificationType.choices, required=False, allow_blank=True, default=""
    )
    since = serializers.DateTimeField(help_text="Accepted then or later.")
    until = serializers.DateTimeField(
        required=False, allow_null=True, default=None, help_text="And before then, or now."
    )


class StartSerializer(ReasonSerializer):
    """Whoever starts it has seen the count."""

    count = serializers.IntegerField(min_value=0, help_text="As `total` has it.")


class BulkActionViewSet(Reads, ManagementViewSet):
    """Acts on many messages at once, which workers do in batches."""

    names = ("a bulk action", "bulk actions")
    queryset = BulkAction.objects.all()
    serializer_class = BulkActionSerializer
    filterset_fields = ["act", "state"]
    access = {"read": PLATFORM, "write": PLATFORM}
    rights = dict.fromkeys(("create", "start", "stop"), "notifications.bulk_act")

    @extend_schema(request=NewBulkActionSerializer, responses={201: BulkActionSerializer})
    def create(self, request: Request, **_: Any) -> Response:
        """Plan a bulk action: workers count what it would be done to, and change nothing."""
        del request
        given = self.checked(NewBulkActionSerializer)
        require_right(self.actor, RIGHTS[given["act"]])
        return Response(self.shown(begin(actor=self.actor, **given)), status=201)

    @extend_schema(request=StartSerializer)
    @action(detail=True, methods=["post"])
    def start(self, request: Request, **_: Any) -> Response:
        """Do it: `count` must be the `total` that was counted."""
        del request
        row: BulkAction = self.get_object()
        require_right(self.actor, RIGHTS[row.act])
        start(row, actor=self.actor, **self.checked(StartSerializer))
        row.refresh_from_db()
        return Response(self.shown(row))

    @extend_schema(request=ReasonSerializer)
    @action(detail=True, methods=["post"])
    def stop(self, request: Request, **_: Any) -> Response:
        """Let nothing more be done; what is done stays so."""
        del request
        row: BulkAction = self.get_object()
        stop(row, actor=self.actor, **self.checked(ReasonSerializer))
        row.refresh_from_db()
        return Response(self.shown(row))
