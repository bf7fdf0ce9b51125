"""Templates: each change is a new version."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from notify_project.api.errors import BadRequest, Forbidden, NoResultFound
from notify_project.constants import NotificationType
from services.api.management.viewsets import MEMBER, Reads
from services.read_models import ServiceModel, find_service
from templates_app import redaction
from templates_app.api.management.attachments import AttachmentActions, NewAttachmentSerializer
from templates_app.api.management.filters import TemplateFilter
from templates_app.api.management.template_serializers import (
    NewTemplateSerializer,
    PreviewedSerializer,
    PreviewSerializer,
    RestoreSerializer,
    TemplateChangeSerializer,
    TemplateEntrySerializer,
    TemplateSerializer,
)
from templates_app.letter_preview import NoPreview, preview_pages, unprintable_characters
from templates_app.models import Template
from templates_app.preview import preview, sms_size
from templates_app.read_models import TemplateModel, find_version, model_of
from templates_app.rendering.letter_pictures import NoSuchPage, page_png
from templates_app.rendering.letter_print import Printed
from templates_app.telling import change_and_tell, tell_of_new
from templates_app.versions import archive_template, restore_version

# Some of them are long, and no list shows them.
_TEXTS = ("content", "subject", "letter_welsh_subject", "letter_welsh_content")
_SERIALIZERS: dict[str, type[BaseSerializer[Any]]] = {
    "list": TemplateEntrySerializer,
    "create": NewTemplateSerializer,
    "partial_update": TemplateChangeSerializer,
    "preview": PreviewSerializer,
    "restore": RestoreSerializer,
    "attach": NewAttachmentSerializer,
}


class TemplateViewSet(Reads, mixins.CreateModelMixin, AttachmentActions):
    """What the service sends. Each change is a new version, and none is ever lost."""

    names = ("a template", "templates, without their texts")
    queryset = Template.objects.filter(hidden=False)
    serializer_class = TemplateSerializer
    filterset_class = TemplateFilter
    access = {"read": MEMBER, "write": "manage_templates", "preview": MEMBER}
    changes_nothing = frozenset({"preview"})

    def get_queryset(self) -> QuerySet[Template]:
        """Return the service's templates; lists leave out archived ones unless asked for them."""
        rows: QuerySet[Template] = super().get_queryset().select_related("redaction")
        if self.action != "list":
            return rows.select_related("created_by", "service_letter_contact", "letter_attachment")
        if "archived" not in self.request.query_params:
            rows = rows.filter(archived=False)
        return rows.defer(*_TEXTS)

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        """Return what the action takes."""
        return _SERIALIZERS.get(self.action, TemplateSerializer)

    def shown(self, row: Template) -> dict[str, Any]:
        """Return a template with its texts, whatever the action takes."""
        return dict(TemplateSerializer(row, context=self.get_serializer_context()).data)

    def perform_create(self, serializer: BaseSerializer[Template]) -> None:
        """Make a template."""
        with transaction.atomic():
            row = serializer.save()
            tell_of_new(row, actor=self.actor)

    @extend_schema(request=TemplateChangeSerializer, responses=TemplateSerializer)
    def partial_update(self, request: Request, *_: Any, **__: Any) -> Response:
        """Save changes of a template as its next version.

        What differs in nothing makes no version. With `version`, which names the version that was
        changed, nothing is saved once somebody else has saved another: the answer is 409.
        """
        row = self.get_object()
        serializer = self.get_serializer(row, data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        return self._change("change template", row, lambda _: serializer.save())

    @extend_schema(request=None)
    @action(detail=True, methods=["post"], url_path="archive")
    def archive(self, request: Request, **_: Any) -> Response:
        """Archive a template for good: it can no longer be sent, and leaves its folder."""
        del request
        return self._change(
            "archive template",
            self.get_object(),
            lambda row: archive_template(row, actor=self.actor),
        )

    @extend_schema(request=RestoreSerializer, responses=TemplateSerializer)
    @action(detail=True, methods=["post"], url_path="restore")
    def restore(self, request: Request, **_: Any) -> Response:
        """Save what an earlier version says as the next version.

        How urgent its messages are stays as it is.
        """
        wanted = self._body(request)
        version = wanted.pop("version")
        return self._change(
            "restore template version",
            self.get_object(),
            lambda row: restore_version(row, version, actor=self.actor, **wanted),
            restored=version,
        )

    @extend_schema(request=None)
    @action(detail=True, methods=["post"], url_path="redact")
    def redact(self, request: Request, **_: Any) -> Response:
        """Hide the values of a template's messages from people, for good."""
        del request
        row = self.get_object()
        if self.actor is None:
            raise Forbidden("A person must answer for this: use a personal token")
        redaction.redact(row, actor=self.actor)
        return Response(self.shown(self.get_object()))

    @extend_schema(request=PreviewSerializer, responses=PreviewedSerializer)
    @action(detail=True, methods=["post"], url_path="preview")
    def preview(self, request: Request, **_: Any) -> Response:
        """Show what would be sent of a template with some values; nothing is sent or stored."""
        wanted = self._body(request)
        model = _version_of(self.get_object(), wanted.get("version"))
        values = wanted["personalisation"]
        shown, size, pages = preview(model, values), None, None
        if model.template_type == NotificationType.SMS:
            prefix = self.service.name if self.service.prefix_sms else None
            size = sms_size(model, values, prefix=prefix)
        is_letter = model.template_type == NotificationType.LETTER
        if is_letter:
            pages = self._pages(model, values)
        return Response(
            {
                "id": str(model.id),
                "template_type": model.template_type,
                "version": model.version,
                "subject": shown.subject,
                "body": shown.body,
                "html": shown.html,
                "characters": size and size.characters,
                "fragments": size and size.fragments,
                "pages": pages and pages.pages,
                "unprintable": unprintable_characters(model, values) if is_letter else [],
            }
        )

    @extend_schema(
        responses={(200, "image/png"): bytes},
        parameters=[OpenApiParameter("page", int, "path", description="Counted from one.")],
    )
    @action(detail=True, methods=["get"], url_path="preview/<int:page>.png", url_name="page")
    def page(self, request: Request, page: int, **_: Any) -> HttpResponse:
        """Show a page of letters from a template as a picture; placeholders stay visible.

        What the printer adds is shown as it might look. There is no such page: the answer is 404.
        """
        del request
        row = self.get_object()
        if row.template_type != NotificationType.LETTER:
            raise BadRequest("The template is not of letters")
        try:
            printed = preview_pages(model_of(row), self._sending(), {})
            return HttpResponse(page_png(printed.pdf, page), content_type="image/png")
        except NoSuchPage as error:
            raise NoResultFound("No result found") from error

    def _pages(self, model: TemplateModel, values: dict[str, Any]) -> Printed | None:
        try:
            return preview_pages(model, self._sending(), values)
        except NoPreview:
            return None

    def _sending(self) -> ServiceModel:
        found = find_service(self.service.id)
        if found is None:
            raise NoResultFound("No result found")
        return found

    def _body(self, request: Request) -> dict[str, Any]:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def _change(
        self, name: str, row: Template, change: Callable[[Template], Template], **told: Any
    ) -> Response:
        """Do something that may make a version; the audit is told if it did."""
        after = change_and_tell(name, row, change, actor=self.actor, **told)
        return Response(self.shown(after))


def _version_of(row: Template, version: int | None) -> TemplateModel:
    if version is None or version == row.version:
        return model_of(row)
    found = find_version(row.id, version)
    if found is None:
        raise BadRequest(f"The template has no version {version}")
    return found
