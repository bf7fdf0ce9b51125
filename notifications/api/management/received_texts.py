"""What people texted to a service's number."""

from typing import Any

from django.db.models import QuerySet
from django_filters.rest_framework import CharFilter
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ModelSerializer

from notifications.models import InboundSms
from notifications.models.inbound import InboundSmsQuerySet
from notify_project.constants import NotificationType
from services.api.management.filters import Period
from services.api.management.viewsets import PLATFORM, READS, Reads, ServiceOwnedViewSet
from services.retention import days_of_retention


class ReceivedTextSerializer(ModelSerializer[InboundSms]):
    """A text that somebody sent to the service."""

    class Meta:
        model = InboundSms
        fields = ["id", "created_at", "notify_number", "user_number", "content"]
        read_only_fields = fields


class ReceivedTextFilter(Period):
    """Which received texts are listed."""

    sender = CharFilter(method="sent_by", help_text="A number in any spelling; audited.")

    class Meta:
        model = InboundSms
        fields: list[str] = []

    def sent_by(self, rows: InboundSmsQuerySet, _: str, number: str) -> InboundSmsQuerySet:
        """Keep what one sender wrote."""
        return rows.sent_by(number)


class InboundSmsViewSet(Reads, ServiceOwnedViewSet):
    """What people texted to the service, newest first, for as long as its texts are kept."""

    names = ("a received text", "received texts")
    queryset = InboundSms.objects.all()
    serializer_class = ReceivedTextSerializer
    filterset_class = ReceivedTextFilter
    shows_recipients = READS
    access = {"read": "view_activity", "write": PLATFORM}

    def get_queryset(self) -> QuerySet[InboundSms]:
        """Return what is kept, whether or not the night has deleted the rest."""
        rows: InboundSmsQuerySet = super().get_queryset()  # type: ignore[assignment]  # of the model
        return rows.within_retention(days_of_retention(self.service.id, NotificationType.SMS))

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List received texts; that one sender's were looked for is audited, not whose."""
        answer = super().list(request, *args, **kwargs)
        if request.query_params.get("sender"):
            self.write_audit("search received texts", self.service)
        return answer
