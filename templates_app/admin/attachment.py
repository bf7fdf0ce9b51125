"""Where a PDF is attached to letters of a template, or taken away."""

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from notify_project.api.errors import ApiError
from services.models import User
from templates_app.letter_attachments import archive_attachment, attach
from templates_app.models import Template
from templates_app.rendering.letter_pages import MAX_BYTES


def attachment_page(request: HttpRequest, row: Template, context: dict[str, Any]) -> HttpResponse:
    """Ask for a file, or whether the one that is there shall go; then do it."""
    if request.method == "POST":
        try:
            said = _change(request, row)
        except ApiError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, said)
            page = reverse("admin:templates_app_template_change", args=[row.pk])
            return HttpResponseRedirect(page)
    shown = {
        **context,
        "title": "Attachment",
        "template": row,
        "attachment": row.letter_attachment,
    }
    return TemplateResponse(request, "admin/templates_app/template/attachment.html", shown)


def _change(request: HttpRequest, row: Template) -> str:
    actor = cast("User", request.user)
    upload = request.FILES.get("file")
    if upload is None:
        archive_attachment(row, actor=actor)
        return "Letters end without the attachment now."
    pdf = upload.read(MAX_BYTES + 1)
    attach(row, pdf, file_name=upload.name or "", actor=actor)
    return "Letters end with these pages now."
