"""How changes of templates, and what differs, are read and shown."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.serializers import ModelSerializer, Serializer

from notify_project.constants import NotificationType
from services.api.management.bodies import require_known
from templates_app.api.management.fields import ProcessTypeField
from templates_app.change_model import MAX_NOTE
from templates_app.changes.conflicts import open_conflicts, shown_differences
from templates_app.differences import Difference
from templates_app.models import LetterLanguages, TemplateChange
from templates_app.validation import POSTAGES

_SHOWN = [
    *("id", "kind", "state", "template", "name", "base_version", "changes", "note", "author"),
    *("from_file", "reviewer", "review_note", "starts_at", "created_at", "submitted_at"),
    *("reviewed_at", "published_at", "published_version", "updated_at"),
]


_NAMES = {"service_letter_contact_id": "letter_contact", "folder_id": "folder"}


def _shown_name(column: str) -> str:
    """Return what callers call a column: as of a template."""
    return _NAMES.get(column, column)


def _text(**options: Any) -> serializers.CharField:
    return serializers.CharField(required=False, allow_blank=True, trim_whitespace=False, **options)


class ProposedSerializer(Serializer[Any]):
    """The fields of a template that a change gives new values: the others stay."""

    name = _text(max_length=255)
    content = _text()
    subject = _text(allow_null=True)
    process_type = ProcessTypeField()
    postage = serializers.ChoiceField(choices=POSTAGES, required=False, allow_null=True)
    has_unsubscribe_link = serializers.BooleanField(required=False)
    letter_languages = serializers.ChoiceField(
        choices=LetterLanguages.choices, required=False, allow_null=True
    )
    letter_welsh_subject = _text(allow_null=True)
    letter_welsh_content = _text(allow_null=True)
    letter_contact = serializers.UUIDField(
        source="service_letter_contact_id", required=False, allow_null=True
    )
    template_type = serializers.ChoiceField(
        choices=NotificationType.choices, required=False, help_text="Of a new template alone."
    )
    folder = serializers.UUIDField(
        source="folder_id", required=False, allow_null=True, help_text="Of a new template alone."
    )

    def to_internal_value(self, data: Any) -> Any:
        """Refuse fields that there are not, and values of another type."""
        require_known(self, data)
        return super().to_internal_value(data)


class RunSerializer(Serializer[Any]):
    """A part of a text that stays, comes or goes."""

    kind = serializers.CharField(help_text="One of equal, added and removed.")
    text = serializers.CharField()


class DifferenceSerializer(Serializer[Any]):
    """A field that has another value."""

    field = serializers.SerializerMethodField(help_text="As bodies name it.")
    before = serializers.JSONField()
    after = serializers.JSONField()
    words = RunSerializer(
        many=True, allow_null=True, help_text="What differs word by word, of texts alone."
    )

    def get_field(self, found: Difference) -> str:
        """Name the field as bodies do."""
        return _shown_name(found.field)


class ChangeSerializer(ModelSerializer[TemplateChange]):
    """A change as lists show it."""

    name = serializers.CharField(read_only=True, help_text="Of the template.")
    changes = serializers.SerializerMethodField()

    class Meta:
        model = TemplateChange
        fields = _SHOWN
        read_only_fields = fields

    def get_changes(self, row: TemplateChange) -> list[str]:
        """Name the fields that get new values."""
        return sorted(map(_shown_name, row.proposed))


class ChangeInFullSerializer(ChangeSerializer):
    """A change with what it does."""

    proposed = ProposedSerializer(read_only=True)
    differences = serializers.SerializerMethodField()
    conflicts = serializers.SerializerMethodField()

    class Meta(ChangeSerializer.Meta):
        fields = [*ChangeSerializer.Meta.fields, "proposed", "differences", "conflicts"]
        read_only_fields = fields

    def to_representation(self, instance: TemplateChange) -> dict[str, Any]:
        """Show the proposed values alone, not the fields that stay."""
        proposed = {_shown_name(name): value for name, value in instance.proposed.items()}
        return {**super().to_representation(instance), "proposed": proposed}

    @extend_schema_field(DifferenceSerializer(many=True))
    def get_differences(self, row: TemplateChange) -> Any:
        """Compare with the template as it is; at its end, with the version it was based on."""
        return DifferenceSerializer(shown_differences(row), many=True).data

    @extend_schema_field(DifferenceSerializer(many=True))
    def get_conflicts(self, row: TemplateChange) -> Any:
        """Show what others changed meanwhile, as far as it stands in the way."""
        return DifferenceSerializer(open_conflicts(row), many=True).data


class _NoteSerializer(Serializer[Any]):
    note = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=MAX_NOTE,
        help_text="It is kept, so name nobody.",
    )


class DraftSerializer(_NoteSerializer):
    """What can be changed of a draft; proposed values that are not given stay."""

    proposed = ProposedSerializer(required=False)
    starts_at = serializers.DateTimeField(
        required=False,
        allow_null=True,
        help_text="When it is published, at most a year ahead; null: as soon as it may be.",
    )


class ProposalSerializer(DraftSerializer):
    """A change that does not exist yet."""

    kind = serializers.ChoiceField(choices=TemplateChange.Kind.choices)
    template = serializers.UUIDField(
        required=False, allow_null=True, help_text="Unless it is to be created."
    )
    base_version = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=2**31 - 1,
        help_text="The version that the author looked at; the newest unless given.",
    )
    restore_version = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=2**31 - 1,
        help_text="Propose what this version says, instead of proposed values.",
    )


class ApprovalSerializer(_NoteSerializer):
    """What a reviewer may say."""


class RefusalSerializer(Serializer[Any]):
    """What a reviewer must say."""

    note = serializers.CharField(max_length=MAX_NOTE, help_text="Why. It is kept, so name nobody.")
