"""Past versions of templates, to read."""

from typing import Any, cast

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.decorators import action

from notify_project import audit
from notify_project.admin.confirming import Question, answer_to, ask
from notify_project.admin.names import short
from notify_project.admin.pages import ReadOnlyAdmin
from notify_project.admin.words import word_column
from notify_project.api.errors import ApiError
from services.models import User
from templates_app.admin.change import change_page
from templates_app.admin.differences import shown_differences
from templates_app.admin.preview import preview_frame
from templates_app.admin.version_table import made_at
from templates_app.authors import with_authors
from templates_app.changes.proposing import propose_restore, restored_values
from templates_app.differences import differences, values_of
from templates_app.models import Template, TemplateHistory

_ALWAYS = ("name", "version", "kind", "author", "made_at", "subject", "content")
_SOMETIMES = (
    "process_type",
    "postage",
    "letter_languages",
    "letter_welsh_subject",
    "letter_welsh_content",
    "has_unsubscribe_link",
)

# No version has as many; what is longer Python may refuse to read.
_DIGITS = 10
_LAST = ("is_archived", "preview", "changes")


@admin.register(TemplateHistory)
class TemplateHistoryAdmin(ReadOnlyAdmin[TemplateHistory]):
    """Every version of every template, for good."""

    service_path = "service"
    list_display = ["short_name", "version", "author", "made_at", "kind", "is_archived"]
    search_fields = ["=id"]
    search_help_text = "Id of a template."
    ordering = ["id", "-version"]
    show_full_result_count = False
    readonly_fields = ["kind", "author", "made_at", "is_archived", "preview", "changes"]
    actions_detail = ["compare", "restore"]

    kind = word_column("template_type", "type")

    def get_queryset(self, request: HttpRequest) -> Any:
        """Show who wrote each version."""
        return with_authors(super().get_queryset(request))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Leave out what this version has nothing of."""
        return [*_ALWAYS, *(name for name in _SOMETIMES if getattr(obj, name, None)), *_LAST]

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Keep out of the menu: one gets here from a template."""
        return False

    @admin.display(description="what it looks like")
    def preview(self, obj: TemplateHistory) -> str:
        """Show the message; placeholders stand out."""
        return preview_frame(obj)

    @admin.display(description="what it changed")
    def changes(self, obj: TemplateHistory) -> str:
        """Show what differs from the version before."""
        before = _version(obj, obj.version - 1)
        if before is None:
            return "It is the first version."
        return shown_differences(differences(values_of(before), values_of(obj)))

    def has_compare_permission(self, request: HttpRequest, object_id: str) -> bool:
        """Who sees a version may compare it."""
        return bool(self.has_view_permission(request))

    @action(description="Compare", url_path="compare", permissions=["compare"])  # type: ignore[untyped-decorator]
    def compare(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show what differs from any other version."""
        row = self.found(request, object_id)
        newest = Template.objects.values_list("version", flat=True).get(id=row.id)
        wanted = request.GET.get("with", "")
        is_number = wanted.isdecimal() and len(wanted) < _DIGITS
        number = int(wanted) if is_number else (row.version - 1 or newest)
        other = _version(row, number)
        context = {
            **self.admin_site.each_context(request),
            "title": "Compare versions",
            "version": row,
            "other": number,
            "newest": newest,
            "problem": "" if other else f"There is no version {number}.",
            "opts": self.opts,
        }
        if other is not None:
            earlier, later = sorted((row, other), key=lambda each: each.version)
            found = differences(values_of(earlier), values_of(later))
            context |= {"from": earlier.version, "to": later.version}
            context["differences"] = shown_differences(found)
        page = "admin/templates_app/templatehistory/compare.html"
        return TemplateResponse(request, page, context)

    def has_restore_permission(self, request: HttpRequest, object_id: str) -> bool:
        """Offer it for an earlier version, to who may change templates."""
        row = self.get_object(request, object_id)
        may: bool = cast("User", request.user).has_perm("templates_app.change_template")
        live = Template.objects.filter(archived=False, hidden=False)
        return may and row is not None and live.filter(id=row.id, version__gt=row.version).exists()

    @action(description="Propose to restore it", url_path="restore", permissions=["restore"])  # type: ignore[untyped-decorator]
    def restore(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask first; then write a draft that makes the template what it was."""
        row = self.found(request, object_id)
        template = Template.objects.select_related("service").get(id=row.id)
        now = values_of(template)
        found = differences(now, {**now, **restored_values(template, row.version)})
        page = reverse("admin:templates_app_templatehistory_change", args=[row.pk])
        question = Question(
            title=f"Propose that {template.name} becomes again what version {row.version} was?",
            button="Write the draft",
            consequences=[
                "A draft is written, with what goes and what comes. Nothing changes before it is "
                "published."
            ],
            back=page,
            shown=shown_differences(found),
        )
        form = answer_to(question, request)
        if not form.is_valid():
            return ask(self, request, question, form)
        try:
            with audit.because(form.cleaned_data["reason"]):
                change = propose_restore(template, row.version, actor=cast("User", request.user))
        except ApiError as error:
            self.message_user(request, error.message, messages.ERROR)
            return HttpResponseRedirect(page)
        self.message_user(request, "This draft makes the template again what it was.")
        return HttpResponseRedirect(change_page(change))

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


def _version(row: TemplateHistory, number: int) -> TemplateHistory | None:
    return TemplateHistory.objects.filter(id=row.id, version=number).first()
