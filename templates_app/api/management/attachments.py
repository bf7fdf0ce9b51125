"""The PDF that follows the pages of letters from a template."""

import base64
from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from notify_project.api.errors import NoResultFound
from services.api.management.viewsets import ServiceOwnedViewSet
from templates_app.letter_attachments import MAX_NAME, archive_attachment, attach
from templates_app.models import LetterAttachment, Template


class AttachmentSerializer(serializers.ModelSerializer[LetterAttachment]):
    """What follows the pages of a letter."""

    class Meta:
        model = LetterAttachment
        fields = ["id", "original_filename", "page_count", "created_at"]
        read_only_fields = fields


class NewAttachmentSerializer(serializers.Serializer[Any]):
    """A file to attach."""

    original_filename = serializers.CharField(max_length=MAX_NAME)
    content = serializers.CharField(help_text="A PDF of at most 5 MB, in base64.")

    def validate_content(self, value: str) -> bytes:
        """Return the file."""
        try:
            return base64.b64decode(value, validate=True)
        except ValueError as error:
            raise serializers.ValidationError("This is not base64") from error


class AttachmentActions(ServiceOwnedViewSet):
    """What can be done with the attachment of a template."""

    _change: Callable[..., Response]

    @extend_schema(responses=AttachmentSerializer, request=None)
    @action(detail=True, methods=["get"], url_path="attachment")
    def attachment(self, request: Request, **_: Any) -> Response:
        """Show which PDF follows the pages of letters; without one the answer is 404."""
        del request
        found = self.get_object().letter_attachment
        if found is None:
            raise NoResultFound("No result found")
        return Response(AttachmentSerializer(found).data)

    @extend_schema(request=NewAttachmentSerializer)
    @attachment.mapping.post
    def attach(self, request: Request, **_: Any) -> Response:
        """Let letters end with the pages of a PDF, in the template's next version.

        At most one; archive it first to attach another.
        """
        serializer = NewAttachmentSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        given = serializer.validated_data

        def change(row: Template) -> Template:
            name = given["original_filename"]
            return attach(row, given["content"], file_name=name, actor=self.actor)

        return self._change("attach to template", self.get_object(), change)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"], url_path="attachment/archive")
    def archive_attachment(self, request: Request, **_: Any) -> Response:
        """Let letters end without the attachment, in the template's next version."""
        del request
        return self._change(
            "archive attachment",
            self.get_object(),
            lambda row: archive_attachment(row, actor=self.actor),
        )
