"""What support staff do to one message: send it now, end it, tell its service again."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ModelSerializer

from notifications.models import Notification
from notifications.support import acts
from services.api.management.reasons import ReasonSerializer
from services.api.management.viewsets import PLATFORM, ServiceOwnedViewSet


class StandingSerializer(ModelSerializer[Notification]):
    """Where a message stands; not to whom it goes, which not everybody may see."""

    class Meta:
        model = Notification
        fields = ("id", "status", "failure_reason", "next_attempt_at", "updated_at")
        read_only_fields = fields


class ToldAgainSerializer(serializers.Serializer[Any]):
    """How many calls are made again."""

    count = serializers.IntegerField()


class ActViewSet(ServiceOwnedViewSet):
    """Messages of the service, as long as something can be done to them."""

    names = ("a message", "messages")
    queryset = Notification.objects.all()
    serializer_class = StandingSerializer
    access = {"read": "view_activity", "write": PLATFORM}
    rights = {
        "send_now": "notifications.replay_notification",
        "fail": "notifications.fail_notification",
        "tell_again": "notifications.change_callbackdelivery",
    }

    @extend_schema(request=ReasonSerializer)
    @action(detail=True, methods=["post"], url_path="send-now")
    def send_now(self, _request: Request, **_: Any) -> Response:
        """Let a text or an email be tried now that waits for its next attempt."""
        return self._act(acts.send_now)

    @extend_schema(request=ReasonSerializer)
    @action(detail=True, methods=["post"], url_path="fail")
    def fail(self, _request: Request, **_: Any) -> Response:
        """End a message without an outcome as technical-failure; the service is told."""
        return self._act(acts.mark_failed)

    @extend_schema(request=ReasonSerializer, responses=ToldAgainSerializer)
    @action(detail=True, methods=["post"], url_path="tell-again")
    def tell_again(self, _request: Request, **_: Any) -> Response:
        """Make the calls about a message again that have ended, with their bodies of then."""
        reason = self.checked(ReasonSerializer)["reason"]
        count = acts.tell_again(self.get_object(), actor=self.actor, reason=reason)
        return Response({"count": count})

    def _act(self, change: Callable[..., None]) -> Response:
        row: Notification = self.get_object()
        change(row, actor=self.actor, reason=self.checked(ReasonSerializer)["reason"])
        row.refresh_from_db()
        return Response(self.shown(row))
