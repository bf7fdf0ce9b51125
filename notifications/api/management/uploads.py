"""Uploading a file of recipients: checked as a whole, and stored if it can be sent."""

import io
from collections.abc import Mapping
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from notifications.api.management.sending import SendingViewSet
from notifications.api.management.worded import LookSerializer, look_in_json
from notifications.jobs.look import look_at
from notifications.models import Job
from notifications.spreadsheets.refusals import FileRefused
from notify_project.api.errors import BadRequest
from notify_project.api.views import read_body
from services.read_models import ServiceModel, find_service
from templates_app.read_models import TemplateModel, find_template

NOT_A_FORM = "Send the file as multipart/form-data"


class FormBody(MultiPartParser):
    """A form with a file, of the size that all bodies may have."""

    def parse(
        self,
        stream: Any,  # noqa: ARG002 - the request is asked
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the fields and files.

        Raises:
            BadRequest: it is another kind of body.
        """
        context = dict(parser_context or {})
        request = context["request"]
        if not (media_type or "").startswith("multipart/form-data"):
            raise BadRequest(NOT_A_FORM)
        return super().parse(io.BytesIO(read_body(request)), media_type, context)


class UploadSerializer(serializers.Serializer[Any]):
    """A file of recipients, and what it is sent with."""

    file = serializers.FileField(
        help_text="A spreadsheet (csv, tsv, xlsx, xlsm, xls, ods) of at most 10 MB.",
        allow_empty_file=True,
    )
    template_id = serializers.UUIDField()
    sender_id = serializers.UUIDField(
        required=False,
        allow_null=True,
        default=None,
        help_text="A sender of texts or a reply-to address; the default one unless given.",
    )


class UploadViewSet(SendingViewSet):
    """Files of recipients that are not sent yet."""

    names = ("a file of recipients", "files of recipients")
    queryset = Job.objects.none()
    serializer_class = UploadSerializer
    parser_classes = [FormBody]
    reads_json = False

    @extend_schema(responses={200: LookSerializer, 201: LookSerializer})
    def create(self, request: Request, *_: Any, **__: Any) -> Response:
        """Check a file, and store it if it can be sent.

        201 has the id of the job that can be created of it, within a day. 200 tells what must be
        mended first: then nothing is stored.
        """
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        wanted = serializer.validated_data
        service, template = self._sending(wanted["template_id"])
        file: UploadedFile[bytes] = wanted["file"]
        try:
            look = look_at(
                file, file.name or "", template, service,
                sender_id=wanted["sender_id"], actor=self.actor,
            )  # fmt: skip
        except FileRefused as error:
            raise ValidationError({"file": [error.message]}) from error
        can_be_sent = look.uploaded.refusal is None
        return Response(look_in_json(look, template), status=201 if can_be_sent else 200)

    def _sending(self, template_id: Any) -> tuple[ServiceModel, TemplateModel]:
        """Return what is sent and by whom, if the caller may."""
        service = find_service(self.service.id)
        template = find_template(self.service.id, template_id)
        if service is None or template is None or template.hidden or template.archived:
            raise ValidationError({"template_id": ["There is no such template to send"]})
        self.require_may_send(template.template_type)
        return service, template
