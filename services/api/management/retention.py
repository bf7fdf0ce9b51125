"""How long a service's messages are kept."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from notify_project.api.errors import NoResultFound
from notify_project.constants import NotificationType
from services import retention
from services.api.management.reasons import NoteSerializer
from services.api.management.viewsets import MEMBER, PLATFORM, ServiceOwnedViewSet
from services.models import Service, ServiceDataRetention
from services.models.retention import DEFAULT_DAYS, LONGEST_DAYS, SHORTEST_DAYS


class RetentionSerializer(serializers.Serializer[Any]):
    """For how many days in London the messages of a channel are kept."""

    notification_type = serializers.ChoiceField(choices=NotificationType.choices)
    days_of_retention = serializers.IntegerField()
    is_default = serializers.BooleanField(help_text="Nobody has set it.")


@extend_schema_serializer(many=False)
class AllDaysSerializer(serializers.Serializer[Any]):
    """The days of every channel."""

    data = RetentionSerializer(many=True)  # type: ignore[assignment]  # a field of that name


class SetRetentionSerializer(NoteSerializer):
    """Another number of days."""

    days_of_retention = serializers.IntegerField(min_value=SHORTEST_DAYS, max_value=LONGEST_DAYS)


class RetentionViewSet(ServiceOwnedViewSet):
    """How long messages and who got them are kept: a week, unless it is set here.

    Received texts and files of jobs go with the messages of their channel.
    """

    names = ("a channel's days", "the days of each channel")
    queryset = ServiceDataRetention.objects.all()
    serializer_class = RetentionSerializer
    pagination_class = None
    access = {"read": MEMBER, "write": PLATFORM}

    @extend_schema(responses=AllDaysSerializer)
    def list(self, request: Request, **_: Any) -> Response:
        """Show for how many days the messages of each channel are kept."""
        del request
        return Response({"data": _days(self.service)})

    @extend_schema(request=SetRetentionSerializer, responses=RetentionSerializer)
    def replace(self, request: Request, **_: Any) -> Response:
        """Set for how many days the messages of a channel are kept."""
        del request
        channel, wanted = self._channel(), self.checked(SetRetentionSerializer)
        retention.set_retention(
            self.service,
            channel,
            wanted["days_of_retention"],
            actor=self.actor,
            reason=wanted["reason"],
        )
        return Response(
            next(row for row in _days(self.service) if row["notification_type"] == channel)
        )

    def destroy(self, request: Request, **_: Any) -> Response:
        """Keep the messages of a channel for the usual week again."""
        del request
        retention.remove_retention(self.service, self._channel(), actor=self.actor)
        return Response(status=204)

    def _channel(self) -> str:
        channel: str = self.kwargs["notification_type"]
        if channel not in NotificationType.values:
            raise NoResultFound
        return channel


def _days(service: Service) -> list[dict[str, Any]]:
    rows = ServiceDataRetention.objects.filter(service=service)
    found = dict(rows.values_list("notification_type", "days_of_retention"))
    return [
        {
            "notification_type": channel,
            "days_of_retention": found.get(channel, DEFAULT_DAYS),
            "is_default": channel not in found,
        }
        for channel in sorted(NotificationType.values)
    ]
