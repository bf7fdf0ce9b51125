"""Where a PDF is attached to letters of a template, or taken away."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.widgets import UnfoldAdminFileFieldWidget

from notify_project import audit
from notify_project.admin.reasons import WhyForm
from notify_project.api.errors import ApiError
from services.models import User
from templates_app.letter_attachments import archive_attachment, attach
from templates_app.models import Template
from templates_app.rendering.letter_pages import MAX_BYTES
from templates_app.telling import change_and_tell


class AttachForm(WhyForm):
    """A file, and why."""

    file = forms.FileField(
        label="PDF", widget=UnfoldAdminFileFieldWidget(attrs={"accept": "application/pdf"})
    )
    field_order = ("file", "reason")


def attachment_page(request: HttpRequest, row: Template, context: dict[str, Any]) -> HttpResponse:
    """Ask for a file, or whether the one that is there shall go; then do it."""
    given = (request.POST, request.FILES) if request.method == "POST" else ()
    form = WhyForm(*given) if row.letter_attachment else AttachForm(*given)
    if form.is_valid():
        try:
            said = _change(row, form.cleaned_data, actor=cast("User", request.user))
        except ApiError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, said)
            page = reverse("admin:templates_app_template_change", args=[row.pk])
            return HttpResponseRedirect(page)
    shown = {
        **context,
        "title": "Attachment",
        "form": form,
        "template": row,
        "attachment": row.letter_attachment,
    }
    return TemplateResponse(request, "admin/templates_app/template/attachment.html", shown)


def _change(row: Template, given: dict[str, Any], *, actor: User) -> str:
    upload = given.get("file")
    with audit.because(given["reason"]):
        if upload is None:
            change_and_tell(
                "archive attachment",
                row,
                lambda row: archive_attachment(row, actor=actor),
                actor=actor,
            )
            return "Letters end without the attachment now."
        pdf, name = upload.read(MAX_BYTES + 1), upload.name or ""
        change_and_tell(
            "attach to template",
            row,
            lambda row: attach(row, pdf, file_name=name, actor=actor),
            actor=actor,
        )
    return "Letters end with these pages now."
