"""What a service's messages show as their sender, and where answers go."""

from typing import Any, ClassVar

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer, ModelSerializer

from services import senders
from services.api.management.viewsets import Reads, ServiceOwnedViewSet
from services.models import ServiceEmailReplyTo, ServiceLetterContact, ServiceSmsSender

_COMMON = ["is_default", "archived", "created_at", "updated_at"]
_READ_ONLY = ["archived", "created_at", "updated_at"]


class SmsSenderSerializer(ModelSerializer[ServiceSmsSender]):
    """A sender of texts."""

    inbound_number = serializers.SerializerMethodField(
        help_text="What answers come to; null for a name."
    )

    class Meta:
        model = ServiceSmsSender
        fields = ["id", "sms_sender", "inbound_number", *_COMMON]
        read_only_fields = _READ_ONLY

    def get_inbound_number(self, row: ServiceSmsSender) -> str | None:
        """Return the number that the sender is, if it is one of ours."""
        return None if row.inbound_number is None else row.inbound_number.number

    def create(self, validated_data: dict[str, Any]) -> ServiceSmsSender:
        """Add a sender."""
        text = validated_data.pop("sms_sender")
        return senders.add_sms_sender(self.context["view"].service, text, **validated_data)


class ReplyToSerializer(ModelSerializer[ServiceEmailReplyTo]):
    """A reply-to address."""

    class Meta:
        model = ServiceEmailReplyTo
        fields = ["id", "email_address", *_COMMON]
        read_only_fields = _READ_ONLY

    def create(self, validated_data: dict[str, Any]) -> ServiceEmailReplyTo:
        """Add an address."""
        address = validated_data.pop("email_address")
        return senders.add_reply_to(self.context["view"].service, address, **validated_data)


class LetterContactSerializer(ModelSerializer[ServiceLetterContact]):
    """A contact block of letters."""

    class Meta:
        model = ServiceLetterContact
        fields = ["id", "contact_block", *_COMMON]
        read_only_fields = _READ_ONLY

    def create(self, validated_data: dict[str, Any]) -> ServiceLetterContact:
        """Add a block."""
        block = validated_data.pop("contact_block")
        return senders.add_letter_contact(self.context["view"].service, block, **validated_data)


class _SenderViewSet(Reads, mixins.CreateModelMixin, ServiceOwnedViewSet):
    filterset_fields = ["archived", "is_default"]
    word: ClassVar[str]

    def perform_create(self, serializer: BaseSerializer[Any]) -> None:
        self.audited(serializer, f"add {self.word}")

    @extend_schema(request=None)
    @action(detail=True, methods=["post"], url_path="make-default")
    def make_default(self, request: Request, **_: Any) -> Response:
        """Make the sender, address or block the one that is used where none is named."""
        del request
        return self._do(senders.make_default, f"make {self.word} the default")

    @extend_schema(request=None)
    @action(detail=True, methods=["post"], url_path="archive")
    def archive(self, request: Request, **_: Any) -> Response:
        """Archive a sender, address or block: it can no longer be chosen."""
        del request
        return self._do(senders.archive_sender, f"archive {self.word}")

    def _do(self, change: Any, name: str) -> Response:
        row = self.get_object()
        before = self.shown(row)
        with transaction.atomic():
            change(row)
            row.refresh_from_db()
            self.write_audit(name, row, before=before, after=self.shown(row))
        return Response(self.shown(row))


class SmsSenderViewSet(_SenderViewSet):
    """Senders of texts."""

    names = ("a sender of texts", "senders of texts")
    queryset = ServiceSmsSender.objects.select_related("inbound_number")
    serializer_class = SmsSenderSerializer
    word = "sms sender"


class ReplyToViewSet(_SenderViewSet):
    """Reply-to addresses of emails."""

    names = ("a reply-to address", "reply-to addresses")
    queryset = ServiceEmailReplyTo.objects.all()
    serializer_class = ReplyToSerializer
    word = "reply-to address"


class LetterContactViewSet(_SenderViewSet):
    """Contact blocks of letters."""

    names = ("a contact block", "contact blocks")
    queryset = ServiceLetterContact.objects.all()
    serializer_class = LetterContactSerializer
    word = "letter contact"
