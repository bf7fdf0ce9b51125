"""Messages as the management API shows them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field, inline_serializer
from rest_framework import serializers
from rest_framework.serializers import ModelSerializer

from notifications.api.cost import cost_of
from notifications.models import CallbackDelivery, Notification
from notifications.support.content import Content, content_of
from services.models import CallbackType
from templates_app.read_models import find_version


class UsedTemplateSerializer(serializers.Serializer[Notification]):
    """The version of a template that a message was made with."""

    id = serializers.UUIDField(source="template_id")
    version = serializers.IntegerField(source="template_version")
    name = serializers.SerializerMethodField()

    def get_name(self, row: Notification) -> str | None:
        """Return the name it had then."""
        version = find_version(row.template_id, row.template_version)
        return version.name if version else None


class MessageSerializer(ModelSerializer[Notification]):
    """A message as a list shows it."""

    type = serializers.CharField(source="notification_type")
    status = serializers.CharField(help_text="As it is stored: letters have no words of their own.")
    to = serializers.CharField(help_text="As it was given.")
    reference = serializers.CharField(
        source="client_reference", allow_null=True, help_text="The caller's."
    )
    template = UsedTemplateSerializer(source="*")
    completed_at = serializers.DateTimeField(allow_null=True)
    created_by_name = serializers.CharField(
        source="created_by.name",
        allow_null=True,
        default=None,
        help_text="Of one that people sent.",
    )
    job = serializers.UUIDField(source="job_id", allow_null=True)
    api_key = serializers.UUIDField(source="api_key_id", allow_null=True)
    key_type = serializers.CharField()

    class Meta:
        model = Notification
        fields = [
            *("id", "type", "status", "failure_reason", "to", "reference", "template"),
            *("job", "job_row_number", "api_key", "key_type", "created_by_name"),
            *("created_at", "sent_at", "completed_at", "postage"),
        ]


class CallbackStateSerializer(ModelSerializer[CallbackDelivery]):
    """How far the service has been told of an outcome."""

    status = serializers.CharField(source="event_key", help_text="What it is told.")
    state = serializers.CharField(help_text="waiting, done, given-up or dropped.")

    class Meta:
        model = CallbackDelivery
        fields = [
            *("id", "status", "state", "attempts", "last_response_code", "last_error"),
            *("created_at", "next_attempt_at", "finished_at"),
        ]


_COST = inline_serializer(
    "CostOfMessage",
    {
        "is_cost_data_ready": serializers.BooleanField(),
        "cost_in_pounds": serializers.FloatField(allow_null=True),
        "cost_details": serializers.DictField(),
    },
)


class OneMessageSerializer(MessageSerializer):
    """A message with all that is known of it."""

    content = serializers.SerializerMethodField()
    personalisation = serializers.SerializerMethodField(
        help_text="The values it was made with; null where the template hides them from people."
    )
    personalisation_is_hidden = serializers.SerializerMethodField()
    provider = serializers.CharField(source="sent_by", allow_null=True)
    provider_reference = serializers.CharField(source="reference", allow_null=True)
    sender = serializers.CharField(source="reply_to_text", allow_null=True)
    attempts = serializers.IntegerField(
        source="delivery_attempts", help_text="At handing it to a provider."
    )
    cost = serializers.SerializerMethodField()
    callbacks = serializers.SerializerMethodField()

    class Meta(MessageSerializer.Meta):
        fields = [
            *MessageSerializer.Meta.fields,
            *("content", "personalisation", "personalisation_is_hidden"),
            *("provider", "provider_reference", "sender", "updated_at"),
            *("attempts", "failed_provider", "next_attempt_at"),
            *("billable_units", "international", "rate_multiplier", "cost", "callbacks"),
        ]

    def to_representation(self, instance: Notification) -> dict[str, Any]:
        """Show a message; what its template hides is left out of all of it."""
        self._content: Content = content_of(instance)
        return super().to_representation(instance)

    @extend_schema_field(
        inline_serializer(
            "ContentOfMessage",
            {
                "subject": serializers.CharField(allow_null=True),
                "body": serializers.CharField(),
            },
        )
    )
    def get_content(self, _row: Notification) -> dict[str, str | None]:
        """Return the texts of the message."""
        return {"subject": self._content.subject, "body": self._content.body}

    @extend_schema_field(serializers.DictField(allow_null=True))
    def get_personalisation(self, _row: Notification) -> dict[str, Any] | None:
        """Return the values, unless they are hidden."""
        return self._content.values

    def get_personalisation_is_hidden(self, _row: Notification) -> bool:
        """Tell whether the template hides them."""
        return self._content.is_hidden

    @extend_schema_field(_COST)
    def get_cost(self, row: Notification) -> dict[str, Any]:
        """Return what it costs before the allowance."""
        return cost_of(row, crown=self.context["view"].service.crown)

    @extend_schema_field(CallbackStateSerializer(many=True))
    def get_callbacks(self, row: Notification) -> Any:
        """Return what the service is told of its outcomes."""
        rows = CallbackDelivery.objects.filter(
            callback_type=CallbackType.DELIVERY_STATUS, subject_id=row.id
        )
        return CallbackStateSerializer(rows.order_by("created_at", "id"), many=True).data
