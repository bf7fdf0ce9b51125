"""Past versions of templates, to read."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from notify_project.admin.pages import ReadOnlyAdmin
from templates_app.admin.preview import preview_frame
from templates_app.admin.version_table import with_authors
from templates_app.models import TemplateHistory

_ALWAYS = ("name", "version", "template_type", "author", "made_at", "subject", "content")
_SOMETIMES = (
    "process_type",
    "postage",
    "letter_languages",
    "letter_welsh_subject",
    "letter_welsh_content",
    "has_unsubscribe_link",
    "archived",
)


@admin.register(TemplateHistory)
class TemplateHistoryAdmin(ReadOnlyAdmin[TemplateHistory]):
    """Every version of every template, for good."""

    list_display = ["name", "version", "author", "made_at", "template_type", "archived"]
    search_fields = ["=id"]
    search_help_text = "Id of a template."
    ordering = ["id", "-version"]
    show_full_result_count = False
    readonly_fields = ["author", "made_at", "preview"]

    def get_queryset(self, request: HttpRequest) -> Any:
        """Show who wrote each version."""
        return with_authors(super().get_queryset(request))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Leave out what this version has nothing of."""
        return [*_ALWAYS, *(name for name in _SOMETIMES if getattr(obj, name, None)), "preview"]

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Keep out of the menu: one gets here from a template."""
        return False

    @admin.display(description="what it looks like")
    def preview(self, obj: TemplateHistory) -> str:
        """Show the message; placeholders stand out."""
        return preview_frame(obj)

    @admin.display(description="author")
    def author(self, obj: Any) -> str:
        """Show an address; programs have none."""
        return obj.author or "–"

    @admin.display(description="made at", ordering="updated_at")
    def made_at(self, obj: TemplateHistory) -> Any:
        """Show when this version was made; the first one was made with the template."""
        return obj.updated_at or obj.created_at
