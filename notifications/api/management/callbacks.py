"""What services were told at their addresses, how that went, and telling it again."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ModelSerializer

from notifications.callbacks.replay import FINISHED, Wanted, note_on_retention, replay_at_once
from notifications.models import CallbackAttempt, CallbackDelivery
from notify_project import clock
from services.api.management.filters import Period
from services.api.management.reasons import ReasonSerializer
from services.api.management.staff_rights import SEE_RECIPIENTS
from services.api.management.viewsets import Reads, ServiceOwnedViewSet, get_or_refuse
from services.models import ServiceCallbackApi

ATTEMPTS_SHOWN = 50
MOST_IDS = 1000


class DeliverySerializer(ModelSerializer[CallbackDelivery]):
    """One thing that the service must be told; `id` is the `webhook-id` of its calls."""

    class Meta:
        model = CallbackDelivery
        fields = [
            *("id", "subject_id", "event_key", "state", "attempts", "next_attempt_at"),
            *("last_response_code", "last_error", "created_at", "finished_at"),
        ]
        read_only_fields = fields


class AttemptSerializer(ModelSerializer[CallbackAttempt]):
    """One call: when it began, how long it took, and what came of it."""

    class Meta:
        model = CallbackAttempt
        fields = ["attempt", "began_at", "duration_ms", "response_code", "error"]
        read_only_fields = fields


class DeliveryWithLogSerializer(DeliverySerializer):
    """One thing that the service must be told, with its newest calls."""

    attempt_log = serializers.SerializerMethodField()

    class Meta(DeliverySerializer.Meta):
        fields = [*DeliverySerializer.Meta.fields, "attempt_log"]
        read_only_fields = fields

    @extend_schema_field(AttemptSerializer(many=True))
    def get_attempt_log(self, row: CallbackDelivery) -> Any:
        """Return the newest calls, the newest first."""
        newest = row.attempt_log.order_by("-began_at", "-id")[:ATTEMPTS_SHOWN]
        return AttemptSerializer(newest, many=True).data


class PayloadSerializer(serializers.Serializer[Any]):
    """The body of the calls, as it was when the event happened."""

    payload = serializers.JSONField()


class ReplaySerializer(ReasonSerializer):
    """Which finished calls are made again: what fits all that is given."""

    ids = serializers.ListField(
        child=serializers.UUIDField(), required=False, default=list, max_length=MOST_IDS
    )
    state = serializers.ChoiceField(
        choices=[state.value for state in FINISHED], required=False, allow_null=True, default=None
    )
    since = serializers.DateTimeField(
        required=False, allow_null=True, default=None, help_text="When the event happened."
    )
    until = serializers.DateTimeField(
        required=False, allow_null=True, default=None, help_text="Before when it happened."
    )


class ReplayedSerializer(serializers.Serializer[Any]):
    """How many calls are made again."""

    count = serializers.IntegerField()
    note = serializers.CharField(help_text="What to know of the choice; empty as a rule.")


class DeliveryFilter(Period):
    """Which deliveries are listed."""

    class Meta:
        model = CallbackDelivery
        fields = ["state", "subject_id"]


class DeliveryViewSet(Reads, ServiceOwnedViewSet):
    """What the service is told at one of its addresses; kept for 7 days after the last call."""

    names = ("what the service is told, with its calls", "what the service is told")
    queryset = CallbackDelivery.objects.defer("payload")
    serializer_class = DeliverySerializer
    filterset_class = DeliveryFilter
    access = {"read": "manage_api_keys", "write": "manage_api_keys"}
    besides = {"payload": "view_activity"}
    rights = {"payload": SEE_RECIPIENTS}

    def get_queryset(self) -> QuerySet[CallbackDelivery]:
        """Return the rows of the address."""
        rows: QuerySet[CallbackDelivery] = super().get_queryset()
        return rows.filter(callback_type=self._callback().callback_type)

    def get_serializer_class(self) -> Any:
        """Show the log of one row, not of all of a list."""
        return DeliveryWithLogSerializer if self.action == "retrieve" else DeliverySerializer

    @extend_schema(responses=PayloadSerializer)
    @action(detail=True, methods=["get"], url_path="payload")
    def payload(self, request: Request, **_: Any) -> Response:
        """Show the body of the calls, which names the recipient; the look is audited."""
        del request
        row = self.get_object()
        self.write_audit("look at callback payload", row)
        return Response({"payload": row.payload})

    @extend_schema(request=ReplaySerializer, responses=ReplayedSerializer)
    @action(detail=False, methods=["post"], url_path="replay")
    def replay(self, request: Request, **_: Any) -> Response:
        """Make finished calls again, with the bodies of then, at the pace of any other calls.

        At least one of ids, state, since and until is given. What still waits is not counted.
        """
        del request
        callback, given, now = self._callback(), self.checked(ReplaySerializer), clock.now()
        reason, ids = given.pop("reason"), tuple(given.pop("ids"))
        wanted = Wanted(
            ids=ids,
            service_id=self.service.id,
            callback_type=callback.callback_type,
            **given,
        )
        count = replay_at_once(wanted, actor=self.actor, reason=reason, now=now)
        return Response({"count": count, "note": note_on_retention(wanted, now)})

    def _callback(self) -> ServiceCallbackApi:
        rows = ServiceCallbackApi.objects.filter(service=self.service)
        return get_or_refuse(rows, id=self.kwargs["callback_id"])
