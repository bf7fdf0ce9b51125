"""Fields of bodies: what support staff set, and what they name of the service."""

from typing import Any, ClassVar, cast
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from notify_project.api.errors import Forbidden
from notify_project.constants import ProcessType
from services.models import ServiceLetterContact
from templates_app.models import TemplateFolder


class ProcessTypeField(serializers.ChoiceField):
    """How urgent the messages of a template are, which support staff alone say."""

    def __init__(self, **options: Any) -> None:
        help_text = "For support staff to set."
        super().__init__(
            choices=ProcessType.choices, required=False, help_text=help_text, **options
        )

    def to_internal_value(self, data: Any) -> str:
        """Return the word.

        Raises:
            Forbidden: somebody else sets it.
        """
        word = str(super().to_internal_value(data))
        if not self.context["view"].principal.is_platform:
            raise Forbidden("Support staff only: process_type")
        return word


class _OfTheService(serializers.PrimaryKeyRelatedField[Any]):
    """Something of the service of the path, by its id."""

    default_error_messages: ClassVar = {"does_not_exist": "The service has none with this id"}

    def __init__(self, **options: Any) -> None:
        super().__init__(pk_field=serializers.UUIDField(), **options)

    def get_queryset(self) -> QuerySet[Any]:
        """Leave out what other services have."""
        service = self.context["view"].service
        rows = cast("QuerySet[Any]", super().get_queryset())
        return rows.filter(service=service)


class FolderField(_OfTheService):
    """A folder; null is the top level."""

    def __init__(self, **options: Any) -> None:
        if not options.get("read_only"):
            options["queryset"] = TemplateFolder.objects.all()
        super().__init__(allow_null=True, **options)


@extend_schema_field(OpenApiTypes.UUID)
class LetterContactField(_OfTheService):
    """A contact block; one that was archived counts as none."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            queryset=ServiceLetterContact.objects.filter(archived=False),
            source="service_letter_contact",
            allow_null=True,
            required=False,
            **options,
        )

    def use_pk_only_optimization(self) -> bool:
        """Ask for the whole block: whether it is archived is to be known."""
        return False

    def to_representation(self, value: Any) -> UUID | None:
        """Show its id."""
        block = cast("ServiceLetterContact", value)
        return None if block.archived else block.id
