"""Past versions of templates, to read, and to bring back."""

from typing import Any, cast

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.decorators import action

from notify_project.admin.names import short
from notify_project.admin.pages import ReadOnlyAdmin
from notify_project.api.errors import ApiError
from services.models import User
from templates_app.admin.preview import preview_frame
from templates_app.admin.version_table import made_at
from templates_app.authors import with_authors
from templates_app.models import Template, TemplateHistory
from templates_app.versions import has_archived_block, restore_version

_ALWAYS = ("name", "version", "template_type", "author", "made_at", "subject", "content")
_SOMETIMES = (
    "process_type",
    "postage",
    "letter_languages",
    "letter_welsh_subject",
    "letter_welsh_content",
    "has_unsubscribe_link",
)

_LAST = ("is_archived", "preview")


@admin.register(TemplateHistory)
class TemplateHistoryAdmin(ReadOnlyAdmin[TemplateHistory]):
    """Every version of every template, for good."""

    list_display = ["short_name", "version", "author", "made_at", "template_type", "is_archived"]
    search_fields = ["=id"]
    search_help_text = "Id of a template."
    ordering = ["id", "-version"]
    show_full_result_count = False
    readonly_fields = ["author", "made_at", "is_archived", "preview"]
    actions_detail = ["restore"]

    def get_queryset(self, request: HttpRequest) -> Any:
        """Show who wrote each version."""
        return with_authors(super().get_queryset(request))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Leave out what this version has nothing of."""
        return [*_ALWAYS, *(name for name in _SOMETIMES if getattr(obj, name, None)), *_LAST]

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Keep out of the menu: one gets here from a template."""
        return False

    def has_restore_permission(self, request: HttpRequest, object_id: str) -> bool:
        """Offer it for what is not in use: neither the newest version nor an archived template."""
        may_change = bool(request.user.has_perm("templates_app.change_template"))
        return may_change and self._template_of(request, object_id) is not None

    @action(description="Restore", url_path="restore", permissions=["restore"])  # type: ignore[untyped-decorator]
    def restore(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask first; then save what this version says as the next one."""
        version = cast("TemplateHistory", self.get_object(request, object_id))
        template = cast("Template", self._template_of(request, object_id))
        if "confirmed" not in request.POST:
            return self._ask(request, version, template)
        page = reverse("admin:templates_app_template_change", args=[template.pk])
        try:
            row = restore_version(
                template,
                version.version,
                actor=cast("User", request.user),
                without_contact_block=has_archived_block(version),
            )
        except ApiError as error:
            self.message_user(request, error.message, messages.ERROR)
            return HttpResponseRedirect(page)
        text = f"Version {row.version} says what version {version.version} said."
        self.message_user(request, text, messages.SUCCESS)
        return HttpResponseRedirect(page)

    def _template_of(self, request: HttpRequest, object_id: str) -> Template | None:
        """Return the template that a version can be brought back of."""
        version = self.get_object(request, object_id)
        if version is None:
            return None
        rows = Template.objects.filter(id=version.id, archived=False, hidden=False)
        return rows.exclude(version=version.version).first()

    def _ask(
        self, request: HttpRequest, version: TemplateHistory, template: Template
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": f"Restore version {version.version}?",
            "version": version,
            "template": template,
            "is_block_archived": has_archived_block(version),
            "opts": self.opts,
        }
        page = "admin/templates_app/templatehistory/restore.html"
        return TemplateResponse(request, page, context)

    @admin.display(description="what it looks like")
    def preview(self, obj: TemplateHistory) -> str:
        """Show the message; placeholders stand out."""
        return preview_frame(obj)

    @admin.display(description="author")
    def author(self, obj: Any) -> str:
        """Show an address; programs have none."""
        return obj.author or "–"

    @admin.display(description="made at", ordering="updated_at")
    def made_at(self, obj: TemplateHistory) -> str:
        """Show when this version was made."""
        return made_at(obj)

    @admin.display(description="archived", ordering="archived")
    def is_archived(self, obj: TemplateHistory) -> str:
        """Say it in a word: a cross would look like a fault."""
        return "yes" if obj.archived else "no"

    @admin.display(description="name", ordering="name")
    def short_name(self, obj: TemplateHistory) -> str:
        """Leave the other columns their place."""
        return short(obj.name)
