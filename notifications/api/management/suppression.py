"""Addresses that a service's ordinary emails do not go to."""

from typing import Any

from django_filters.rest_framework import CharFilter, ChoiceFilter
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ModelSerializer

from notifications.models import SuppressedRecipient
from notifications.models.suppression import SuppressedRecipientQuerySet
from notifications.suppression.entries import lift, suppress
from notify_project.recipients.email import InvalidEmail, masked_email, parse_email
from services.api.management.filters import Period
from services.api.management.reasons import ReasonSerializer
from services.api.management.viewsets import Reads, ServiceOwnedViewSet


class SuppressedSerializer(ModelSerializer[SuppressedRecipient]):
    """An address on the list, of which no more is shown than who knows it recognises."""

    email_address = serializers.SerializerMethodField()
    cause = serializers.ChoiceField(
        source="reason", choices=SuppressedRecipient.Reason.choices, read_only=True
    )

    class Meta:
        model = SuppressedRecipient
        fields = ["id", "email_address", "cause", "notification_id", "created_at"]
        read_only_fields = fields

    def get_email_address(self, row: SuppressedRecipient) -> str | None:
        """Return the address, masked; of a person who was erased there is none."""
        return masked_email(row.recipient) if row.recipient else None


class SuppressSerializer(ReasonSerializer):
    """An address that is not on the list yet."""

    email_address = serializers.CharField(max_length=320)


class SuppressionFilter(Period):
    """Which addresses are listed."""

    email_address = CharFilter(method="of_address", help_text="One address, whole; audited.")
    cause = ChoiceFilter(field_name="reason", choices=SuppressedRecipient.Reason.choices)

    class Meta:
        model = SuppressedRecipient
        fields: list[str] = []

    def of_address(
        self, rows: SuppressedRecipientQuerySet, _: str, address: str
    ) -> SuppressedRecipientQuerySet:
        """Keep the entry of one address."""
        try:
            return rows.of_addresses([parse_email(address).normalised])
        except InvalidEmail:
            return rows.none()


class SuppressionViewSet(Reads, ServiceOwnedViewSet):
    """Addresses that the service's ordinary emails do not go to, if it uses the list.

    Urgent emails go there all the same.
    """

    names = ("an address on the suppression list", "addresses on the suppression list")
    queryset = SuppressedRecipient.objects.all()
    serializer_class = SuppressedSerializer
    filterset_class = SuppressionFilter
    access = {"read": "manage_settings", "write": "manage_settings"}

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List addresses, masked; that one was looked for is audited, not which."""
        answer = super().list(request, *args, **kwargs)
        if request.query_params.get("email_address"):
            self.write_audit("search suppression list", self.service)
        return answer

    @extend_schema(request=SuppressSerializer, responses={201: SuppressedSerializer})
    def create(self, request: Request, **_: Any) -> Response:
        """Put an address on the list."""
        del request
        wanted = self.checked(SuppressSerializer)
        row = suppress(
            self.service, wanted["email_address"], actor=self.actor, reason=wanted["reason"]
        )
        return Response(self.shown(row), status=201)

    @extend_schema(request=ReasonSerializer, responses={204: None})
    @action(detail=True, methods=["post"], url_path="lift")
    def lift(self, request: Request, **_: Any) -> Response:
        """Take an address off the list: emails go there again."""
        del request
        lift(self.get_object(), actor=self.actor, **self.checked(ReasonSerializer))
        return Response(status=204)
