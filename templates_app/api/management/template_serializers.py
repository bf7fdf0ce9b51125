"""Templates as the management API takes and shows them."""

from typing import Any

from rest_framework import serializers
from rest_framework.serializers import ModelSerializer

from notify_project.constants import NotificationType
from templates_app.api.management.fields import (
    FolderField,
    LetterContactField,
    ProcessTypeField,
)
from templates_app.models import LetterLanguages, Template, TemplateHistory
from templates_app.read_models import model_of
from templates_app.validation import MAX_NAME, POSTAGES
from templates_app.versions import create_template, require_version, update_template

_ENTRY = ["id", "name", "template_type", "version", "archived", "folder", "redact_personalisation"]
_TIMES = ["created_at", "updated_at"]
_VERSIONED = [
    *("subject", "content", "placeholders", "process_type", "has_unsubscribe_link", "postage"),
    *("letter_languages", "letter_welsh_subject", "letter_welsh_content", "letter_contact"),
]
_READ_ONLY = ["template_type", "version", "archived", *_TIMES]


class TemplateEntrySerializer(ModelSerializer[Template]):
    """A template in a list: without its texts."""

    redact_personalisation = serializers.BooleanField(
        source="redaction.redact_personalisation",
        read_only=True,
        help_text="Are values hidden from people? Once true it stays true.",
    )

    class Meta:
        model = Template
        fields = [*_ENTRY, *_TIMES]
        read_only_fields: list[str] = fields


class TemplateSerializer(TemplateEntrySerializer):
    """A template with all that its newest version says."""

    name = serializers.CharField(max_length=MAX_NAME)
    content = serializers.CharField(trim_whitespace=False)
    subject = serializers.CharField(trim_whitespace=False, required=False, allow_null=True)
    placeholders = serializers.SerializerMethodField(
        help_text="Their names, each once, as spelt where it comes first."
    )
    process_type = ProcessTypeField()
    postage = serializers.ChoiceField(choices=POSTAGES, required=False, allow_null=True)
    letter_languages = serializers.ChoiceField(
        choices=LetterLanguages.choices, required=False, allow_null=True
    )
    letter_welsh_subject = serializers.CharField(
        trim_whitespace=False, required=False, allow_null=True
    )
    letter_welsh_content = serializers.CharField(
        trim_whitespace=False, required=False, allow_null=True
    )
    letter_contact = LetterContactField()
    created_by = serializers.EmailField(
        source="created_by.email_address",
        read_only=True,
        allow_null=True,
        help_text="Who wrote the newest version; null for a program.",
    )

    class Meta(TemplateEntrySerializer.Meta):
        fields = [*_ENTRY, *_VERSIONED, "created_by", *_TIMES]
        read_only_fields = [*_READ_ONLY, "folder"]

    def get_placeholders(self, row: Template) -> list[str]:
        """Return the names of what is to be filled in."""
        return list(model_of(row).names)


class NewTemplateSerializer(TemplateSerializer):
    """A template that is to be made."""

    template_type = serializers.ChoiceField(choices=NotificationType.choices)
    folder = FolderField(required=False)

    class Meta(TemplateSerializer.Meta):
        read_only_fields = ["version", "archived", *_TIMES]

    def create(self, validated_data: dict[str, Any]) -> Template:
        """Make version 1."""
        view, values = self.context["view"], _columns(validated_data)
        folder = values.pop("folder", None)
        folder_id = folder.id if folder else None
        return create_template(view.service, actor=view.actor, folder_id=folder_id, **values)


class TemplateChangeSerializer(TemplateSerializer):
    """What is to be changed of a template."""

    version = serializers.IntegerField(
        min_value=1,
        required=False,
        help_text="The version that was changed; if another is the newest by then, nothing is "
        "saved.",
    )

    class Meta(TemplateSerializer.Meta):
        read_only_fields = ["template_type", "archived", "folder", *_TIMES]

    def update(self, instance: Template, validated_data: dict[str, Any]) -> Template:
        """Save the next version."""
        values = _columns(validated_data)
        expected = values.pop("version", None)
        if not values:
            require_version(instance, expected)
            return instance
        actor = self.context["view"].actor
        return update_template(instance, actor=actor, expected_version=expected, **values)


class RestoreSerializer(serializers.Serializer[Any]):
    """Which version is to come back."""

    version = serializers.IntegerField(min_value=1)
    without_contact_block = serializers.BooleanField(
        default=False, help_text="Leave out the version's contact block, which may be archived."
    )


class PreviewSerializer(serializers.Serializer[Any]):
    """What to fill in."""

    personalisation = serializers.DictField(default=dict, help_text="A value for each placeholder.")
    version = serializers.IntegerField(
        min_value=1, required=False, help_text="The newest unless given."
    )


class PreviewedSerializer(serializers.Serializer[Any]):
    """What would be sent."""

    id = serializers.UUIDField()
    template_type = serializers.ChoiceField(choices=NotificationType.choices)
    version = serializers.IntegerField()
    subject = serializers.CharField(allow_null=True, help_text="Null for texts.")
    body = serializers.CharField()
    html = serializers.CharField(
        allow_null=True, help_text="Emails: the body, without the document around it."
    )
    characters = serializers.IntegerField(
        allow_null=True, help_text="Texts: their length, without the service's name."
    )
    fragments = serializers.IntegerField(
        allow_null=True, help_text="Texts: how many are charged, with the service's name."
    )
    pages = serializers.IntegerField(
        allow_null=True, help_text="Letters: how many; null if they cannot be laid out here."
    )
    unprintable = serializers.ListField(
        child=serializers.CharField(),
        help_text="Letters: characters that the font lacks, which are printed as empty boxes.",
    )


class TemplateVersionEntrySerializer(ModelSerializer[TemplateHistory]):
    """A version in a list: without its texts."""

    created_by = serializers.EmailField(
        source="author", read_only=True, allow_null=True, help_text="Null for a program."
    )

    class Meta:
        model = TemplateHistory
        fields = [*("version", "name", "template_type", "archived", "created_by"), *_TIMES]
        read_only_fields: list[str] = fields


class TemplateVersionSerializer(TemplateVersionEntrySerializer):
    """A version with all that it says."""

    placeholders = serializers.SerializerMethodField()
    letter_contact = serializers.UUIDField(
        source="service_letter_contact_id", read_only=True, allow_null=True
    )

    class Meta(TemplateVersionEntrySerializer.Meta):
        fields = [
            *("version", "name", "template_type", "archived"),
            *_VERSIONED,
            *("created_by", *_TIMES),
        ]
        read_only_fields = fields

    def get_placeholders(self, row: TemplateHistory) -> list[str]:
        """Return the names of what is to be filled in."""
        return list(model_of(row).names)


def _columns(values: dict[str, Any]) -> dict[str, Any]:
    """Return values as use cases take them: a contact block by its id."""
    columns = dict(values)
    if "service_letter_contact" in columns:
        block = columns.pop("service_letter_contact")
        columns["service_letter_contact_id"] = block and block.id
    return columns
