"""Templates, edited through new versions, archived and redacted for good."""

from typing import Any, ClassVar, cast

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from unfold.decorators import action

from notify_project import audit
from notify_project.admin.asking import AsksWhy
from notify_project.admin.confirming import confirm
from notify_project.admin.holding import CanBeHeld
from notify_project.admin.names import short
from notify_project.admin.once import once
from notify_project.admin.pages import UseCaseAdmin
from services.models import User
from services.read_models import ServiceModel, find_service
from templates_app import folders, redaction
from templates_app.admin import proposals
from templates_app.admin.attachment import attachment_page
from templates_app.admin.grave import redact_question
from templates_app.admin.live import live_panel, live_urls
from templates_app.admin.preview import pages_of, preview_frame
from templates_app.admin.template_form import (
    EDITABLE,
    OF_CHANGES,
    OF_EMAILS,
    OF_LETTERS,
    OF_SERVICE,
    TemplateForm,
)
from templates_app.admin.version_table import version_table
from templates_app.letter_preview import NoPreview, preview_pages
from templates_app.models import Template
from templates_app.read_models import model_of
from templates_app.rendering.letter_pages import MAX_PAGES
from templates_app.rendering.letter_pictures import pages_png

_IS_LETTER = "typeof template_type !== 'undefined' && template_type != 'letter' ? false : "


@admin.register(Template)
class TemplateAdmin(AsksWhy, CanBeHeld, UseCaseAdmin[Template]):
    """What is sent. Only support staff set the process type."""

    service_path = "service"
    form = TemplateForm
    held_as = "template"
    list_display = ["short_name", "template_type", "service", "folder_name", "version", "state"]
    list_filter = ["template_type", "process_type", "archived", "redaction__redact_personalisation"]
    search_fields = ["=id", "name", "service__name"]
    search_help_text = "Id, or part of the name of a template or service."
    autocomplete_fields = ["service"]
    ordering = ["service__name", "name", "id"]
    readonly_fields = ["id", "version", "state", "redacted", "created_by", "updated_at"]
    actions_detail = ["send", "attachment", "redact", "archive", "hold"]
    conditional_fields: ClassVar[dict[str, str]] = {
        "subject": "typeof template_type === 'undefined' || template_type != 'sms'",
        "has_unsubscribe_link": "typeof template_type === 'undefined' || template_type == 'email'",
        "postage": f"{_IS_LETTER}true",
        "letter_languages": f"{_IS_LETTER}true",
        "letter_welsh_subject": f"{_IS_LETTER}letter_languages == 'welsh_then_english'",
        "letter_welsh_content": f"{_IS_LETTER}letter_languages == 'welsh_then_english'",
    }

    def get_queryset(self, request: HttpRequest) -> Any:
        """Leave out the templates that stand for uploaded letters."""
        rows = super().get_queryset(request).filter(hidden=False)
        # All of them here: Django ignores list_select_related once there are others.
        return rows.select_related(
            "service",
            "folder",
            "redaction__updated_by",
            "created_by",
            "service_letter_contact",
            "letter_attachment",
        )

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        """Find the template once for all that the page asks of it."""
        known = getattr(request, "known_template", None)
        if known is None:
            known = super().get_object(request, object_id, from_field)
            request.known_template = known  # type: ignore[attr-defined]  # for this request only
        return known

    def get_fieldsets(self, request: HttpRequest, obj: Template | None = None) -> Any:
        """Ask for service and type once; they never change."""
        if obj is None:
            asked = ["service", "template_type", *EDITABLE, *OF_EMAILS, *OF_LETTERS, "reason"]
            return [(None, {"fields": asked})]
        asked = [name for name in EDITABLE if name != "subject" or obj.template_type != "sms"]
        if obj.template_type == "email":
            asked += OF_EMAILS
        if obj.template_type == "letter":
            asked += OF_LETTERS
        placed = [name for name in OF_SERVICE if name == "folder" or obj.template_type == "letter"]
        if self.has_change_permission(request, obj):
            placed.append("shown")
        looks = ["preview", "pages"] if obj.template_type == "letter" else ["preview"]
        may_write = "shown" in placed
        return [
            (None, {"fields": ["service", "template_type", *asked, *placed]}),
            *([("When it changes", {"fields": OF_CHANGES})] if may_write else []),
            ("What it looks like", {"fields": looks}),
            ("Versions", {"fields": ["versions", "changes"]}),
            ("About it", {"fields": self.readonly_fields}),
            *([(None, {"fields": ["reason"]})] if may_write else []),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Template | None = None) -> Any:
        """Protect what a version cannot change."""
        shown = ["preview", "pages", "versions", "changes", "service", "template_type"]
        return [*self.readonly_fields, *shown] if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Templates are archived, not deleted."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """An archived template stays as it is; who sends a change of it is told so by the form."""
        is_fixed = obj is not None and obj.archived and request.method != "POST"
        return not is_fixed and super().has_change_permission(request, obj)

    def has_archive_permission(self, request: HttpRequest, object_id: str) -> bool:
        """What is archived already is not archived again."""
        row = self.get_object(request, object_id)
        is_there = row is not None and not row.archived
        return is_there and super().has_change_permission(request, row)

    def has_redact_permission(self, request: HttpRequest, object_id: str) -> bool:
        """What was sent from an archived template can be hidden too."""
        row = self.get_object(request, object_id)
        is_hidden = row is None or row.redaction.redact_personalisation
        return not is_hidden and super().has_change_permission(request, row)

    def has_attachment_permission(self, request: HttpRequest, object_id: str) -> bool:
        """Offer it for letters that can be changed."""
        is_changeable = self.has_archive_permission(request, object_id)
        row = self.get_object(request, object_id)
        return is_changeable and row is not None and row.template_type == "letter"

    def has_send_permission(self, request: HttpRequest, object_id: str) -> bool:
        """What is archived is not sent."""
        row = self.get_object(request, object_id)
        is_usable = row is not None and not row.archived and row.service.active
        return is_usable and request.user.has_perm("notifications.add_job")

    @admin.display(description="name", ordering="name")
    def short_name(self, obj: Template) -> str:
        """Leave the other columns their place."""
        return short(obj.name)

    @admin.display(description="folder", ordering="folder__name")
    def folder_name(self, obj: Template) -> str:
        """Leave the other columns their place."""
        return short(obj.folder.name) if obj.folder else "–"

    @admin.display(description="state", ordering="archived")
    def state(self, obj: Template) -> str:
        """Say it in a word: a cross would look like a fault."""
        return "archived" if obj.archived else "in use"

    @admin.display(description="newest version")
    def preview(self, obj: Template) -> str:
        """Show the message; placeholders stand out."""
        return preview_frame(obj)

    @admin.display(description="its pages")
    def pages(self, obj: Template) -> str:
        """Show a letter as it is printed."""
        return pages_of(obj)

    def get_urls(self) -> list[URLPattern]:
        """Add the picture of a letter's pages."""
        own = path("<path:object_id>/pages.png", self.admin_site.admin_view(self.picture))
        own.name = "templates_app_template_pages"
        return [own, *live_urls(self), *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], **kwargs: Any
    ) -> HttpResponse:
        """Add the preview that is renewed while somebody writes."""
        row = kwargs.get("obj")
        may = self.has_change_permission(request, row) if row else self.has_add_permission(request)
        context["live"] = live_panel(row, may_write=may)
        return cast("HttpResponse", super().render_change_form(request, context, **kwargs))

    def picture(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Send the pages of a letter, below each other, to who may see its template."""
        row = self.get_object(request, object_id)
        if row is None or row.template_type != "letter" or not self.has_view_permission(request):
            raise Http404
        service = cast("ServiceModel", find_service(row.service_id))
        try:
            pdf = preview_pages(model_of(row), service, {}).pdf
        except NoPreview as error:
            raise Http404(error.message) from error
        return HttpResponse(pages_png(pdf, most=MAX_PAGES), content_type="image/png")

    @admin.display(description="all versions")
    def versions(self, obj: Template) -> str:
        """Show the newest versions, with a link to all."""
        return once(obj, version_table)

    @admin.display(description="proposed changes")
    def changes(self, obj: Template) -> str:
        """Link to what was proposed, and say how much of it is open."""
        return once(obj, proposals.link_to_changes)

    @admin.display(description="values hidden from people")
    def redacted(self, obj: Template) -> str:
        """Say whether, since when and by whom."""
        row = obj.redaction
        if not row.redact_personalisation:
            return "no"
        return f"since {row.updated_at:%-d %B %Y}, by {row.updated_by}"

    def save_model(
        self,
        request: HttpRequest,
        obj: Template,
        form: Any,
        change: bool,  # noqa: FBT001 - Django's signature
    ) -> None:
        """Create, or save as a new version, through the use cases."""
        given = form.cleaned_data
        if not change:
            names = ("template_type", *EDITABLE, *OF_EMAILS, *OF_LETTERS)
            values = {name: given[name] for name in names}
            proposals.create(request, given["service"], obj, values, reason=given["reason"])
            return
        if not form.changed():
            return
        different = form.differences()
        is_moved = "folder" in different
        folder = different.pop("folder", None)
        if "service_letter_contact" in different:
            block = different.pop("service_letter_contact")
            different["service_letter_contact_id"] = block and block.pk
        if different or not is_moved:
            proposals.update(request, obj, different, given)
        if is_moved:
            into, actor = folder and folder.pk, cast("User", request.user)
            folders.move(obj.service, template_ids=[obj.pk], into=into, actor=actor)

    @action(description="Send to a file", url_path="send", permissions=["send"])  # type: ignore[untyped-decorator]
    def send(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Lead to where a file is uploaded."""
        return HttpResponseRedirect(
            f"{reverse('admin:notifications_job_add')}?template={object_id}"
        )

    def response_add(
        self, request: HttpRequest, obj: Template, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Go on to the change, if the template waits for its review."""
        return proposals.response(self, request) or super().response_add(
            request, obj, post_url_continue
        )

    def response_change(self, request: HttpRequest, obj: Template) -> HttpResponse:
        """Go on to the change, if there is one to wait for."""
        return proposals.response(self, request) or super().response_change(request, obj)

    @action(description="Attachment", url_path="attachment", permissions=["attachment"])  # type: ignore[untyped-decorator]
    def attachment(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Attach a PDF to letters, or take it away."""
        row = self.found(request, object_id)
        return attachment_page(
            request, row, {**self.admin_site.each_context(request), "opts": self.opts}
        )

    @action(description="Archive", url_path="archive", permissions=["archive"])  # type: ignore[untyped-decorator]
    def archive(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask first; then archive for good."""
        return proposals.archive(self, request, self.found(request, object_id))

    @action(description="Hide values", url_path="redact", permissions=["redact"])  # type: ignore[untyped-decorator]
    def redact(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask first; then hide the values of this template's messages for good."""
        row = self.found(request, object_id)

        def do(reason: str) -> str:
            with audit.because(reason):
                redaction.redact(row, actor=cast("User", request.user))
            return "Values are hidden from people now."

        return confirm(self, request, redact_question(row), do)
