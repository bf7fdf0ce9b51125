"""Smaller settings of a service: guests, callbacks, how long things are kept."""

from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ModelSerializer

from notify_project.recipients.email import InvalidEmail, parse_email
from notify_project.recipients.phone import InvalidPhone, parse_phone
from services import callbacks
from services.api.management.viewsets import ByKey, Reads, ServiceOwnedViewSet
from services.callback_secrets import first_secret
from services.guest_list import replace_guest_list
from services.models import CallbackType, ServiceCallbackApi, ServiceGuestList


def _require_email(text: str) -> None:
    try:
        parse_email(text)
    except InvalidEmail as error:
        raise ValidationError(error.message) from error


def _require_phone(text: str) -> None:
    try:
        parse_phone(text)
    except InvalidPhone as error:
        raise ValidationError(error.message) from error


class GuestListSerializer(serializers.Serializer[Any]):
    """All guests of a service."""

    email_addresses = serializers.ListField(
        child=serializers.CharField(max_length=320, validators=[_require_email])
    )
    phone_numbers = serializers.ListField(
        child=serializers.CharField(max_length=50, validators=[_require_phone])
    )


class GuestListViewSet(ServiceOwnedViewSet):
    """Who outside the team may be written to in trial mode: one list, replaced as a whole."""

    names = ("the guest list", "the guest list")
    queryset = ServiceGuestList.objects.all()
    serializer_class = GuestListSerializer
    access = {"read": "manage_api_keys", "write": "manage_api_keys"}

    def retrieve(self, request: Request, **_: Any) -> Response:
        """Show all guests."""
        del request
        return Response(self._shown_list())

    def replace(self, request: Request, **_: Any) -> Response:
        """Replace all guests; if one is wrong the list stays as it was."""
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        wanted = serializer.validated_data
        guests = [*wanted["email_addresses"], *wanted["phone_numbers"]]
        replace_guest_list(self.service, guests, actor=self.actor)
        return Response(self._shown_list())

    def _shown_list(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {"email": [], "mobile": []}
        for row in self.get_queryset().order_by("recipient"):
            found[row.recipient_type].append(row.recipient)
        return {"email_addresses": found["email"], "phone_numbers": found["mobile"]}


class CallbackSerializer(ModelSerializer[ServiceCallbackApi]):
    """Where a service wants to be told of something; the token is never shown."""

    callback_type = serializers.ChoiceField(choices=CallbackType.choices)
    bearer_token = serializers.CharField(write_only=True, required=False)

    class Meta:
        model = ServiceCallbackApi
        fields = ["id", "callback_type", "url", "bearer_token", "version", "created_at"]
        read_only_fields = ["version", "created_at"]


class MadeCallbackSerializer(CallbackSerializer):
    """A callback that was made just now."""

    signing_secret = serializers.CharField(
        read_only=True, help_text="What its calls are signed with. Shown once."
    )

    class Meta(CallbackSerializer.Meta):
        fields = [*CallbackSerializer.Meta.fields, "signing_secret"]


class CallbackViewSet(Reads, mixins.CreateModelMixin, ServiceOwnedViewSet):
    """Where the service wants to be told, one address for each type."""

    names = ("a callback", "callbacks")
    queryset = ServiceCallbackApi.objects.all()
    serializer_class = CallbackSerializer
    pagination_class = ByKey
    access = {"read": "manage_api_keys", "write": "manage_api_keys"}

    @extend_schema(responses={201: MadeCallbackSerializer, 200: CallbackSerializer})
    def create(self, request: Request, *_: Any, **__: Any) -> Response:
        """Set the address of a type.

        The first one is answered with 201 and the signing secret, which is never shown again. Any
        other replaces the one before, keeps its secret and is answered with 200.
        """
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        wanted = serializer.validated_data
        with transaction.atomic():
            is_new = not self.get_queryset().filter(callback_type=wanted["callback_type"]).exists()
            callbacks.set_callback(
                self.service,
                wanted["callback_type"],
                url=wanted["url"],
                token=wanted.get("bearer_token"),
                actor=self.actor,
            )
            row = self.get_queryset().get(callback_type=wanted["callback_type"])
            secret = first_secret(row)
        shown = self.shown(row) | ({"signing_secret": secret} if secret else {})
        return Response(shown, status=201 if is_new else 200)
