"""Changes of templates: what each would do, and the steps it can take."""

from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from unfold.decorators import action

from notify_project import audit
from notify_project.admin.confirming import Question, confirm
from notify_project.admin.names import short
from notify_project.admin.pages import ReadOnlyAdmin
from services.models import User
from templates_app.admin.change_steps import STEPS, may_review, what_next
from templates_app.admin.differences import shown_differences
from templates_app.admin.preview import preview_frame
from templates_app.changes import conflicts
from templates_app.changes.proposing import proposed_template
from templates_app.changes.steps import State
from templates_app.models import TemplateChange

_LINK = '<a class="text-primary-600 dark:text-primary-500" href="{}">{}</a>'


_ALWAYS = ("template_link", "service", "kind", "state", "what_next", "differences")
_SOMETIMES = (
    *("note", "base_version", "starts_at", "submitted_at", "reviewer", "review_note"),
    *("reviewed_at", "published_version", "published_at"),
)


@admin.register(TemplateChange)
class TemplateChangeAdmin(ReadOnlyAdmin[TemplateChange]):
    """Proposed changes. Drafts come from programs, and from templates and versions here."""

    service_path = "service"
    list_display = ["short_name", "kind", "state", "service", "author", "created_at", "starts_at"]
    list_filter = ["state", "kind", "from_file"]
    list_select_related = ["service", "author", "template"]
    search_fields = ["=id", "=template__id", "service__name"]
    search_help_text = "Id of a change or a template, or part of the name of a service."
    ordering = ["-created_at", "-id"]
    actions_detail = list(STEPS)
    readonly_fields = ["template_link", "what_next", "differences", "meanwhile", "look", "source"]

    def get_fields(self, request: HttpRequest, obj: TemplateChange | None = None) -> Any:
        """Leave out what the change has nothing of."""
        meanwhile = ["meanwhile"] if getattr(obj, "conflicts", None) else []
        given = [name for name in _SOMETIMES if getattr(obj, name, None)]
        look = [] if obj and obj.kind == TemplateChange.Kind.ARCHIVE else ["look"]
        return [*_ALWAYS, *meanwhile, *look, "source", *given, "created_at", "id"]

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        """Find the change once for all that the page asks of it."""
        known = getattr(request, "known_change", None)
        if known is None:
            known = super().get_object(request, object_id, from_field)
            if known is not None:
                known.conflicts = conflicts.open_conflicts(known)
                known.what_next = what_next(
                    known, cast("User", request.user), has_conflicts=bool(known.conflicts)
                )
            request.known_change = known  # type: ignore[attr-defined]  # for this request only
        return known

    def get_queryset(self, request: HttpRequest) -> Any:
        """Know the template and the people of each change."""
        rows = super().get_queryset(request)
        return rows.select_related("service", "template", "author", "reviewer")

    def may_take(self, request: HttpRequest, object_id: str, step: str) -> bool:
        """Offer a step that the change can take, to who may change templates."""
        row = self.get_object(request, object_id)
        user = cast("User", request.user)
        if row is None or row.state not in STEPS[step].states:
            return False
        if step in {"approve", "refuse"} and not may_review(row, user):
            return False
        if step == "publish" and row.service.templates_need_review and row.state == State.DRAFT:
            return False
        return user.has_perm("templates_app.change_templatechange")

    def has_submit_permission(self, request: HttpRequest, object_id: str) -> bool:
        """Offer it for drafts."""
        return self.may_take(request, object_id, "submit")

    def has_approve_permission(self, request: HttpRequest, object_id: str) -> bool:
        """Offer it for what is in review, to a second person."""
        return self.may_take(request, object_id, "approve")

    def has_refuse_permission(self, request: HttpRequest, object_id: str) -> bool:
        """Offer it likewise."""
        return self.may_take(request, object_id, "refuse")

    def has_withdraw_permission(self, request: HttpRequest, object_id: str) -> bool:
        """Offer it until the change is published."""
        return self.may_take(request, object_id, "withdraw")

    def has_publish_permission(self, request: HttpRequest, object_id: str) -> bool:
        """Offer it where no review is asked for."""
        return self.may_take(request, object_id, "publish")

    @action(description="Hand in for review", url_path="submit", permissions=["submit"])  # type: ignore[untyped-decorator]
    def submit(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask first; then hand in."""
        return self._take(request, object_id, "submit")

    @action(description="Approve", url_path="approve", permissions=["approve"])  # type: ignore[untyped-decorator]
    def approve(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask first; then approve."""
        return self._take(request, object_id, "approve")

    @action(description="Refuse", url_path="refuse", permissions=["refuse"])  # type: ignore[untyped-decorator]
    def refuse(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask first; then refuse."""
        return self._take(request, object_id, "refuse")

    @action(description="Withdraw", url_path="withdraw", permissions=["withdraw"])  # type: ignore[untyped-decorator]
    def withdraw(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask first; then withdraw."""
        return self._take(request, object_id, "withdraw")

    @action(description="Publish", url_path="publish", permissions=["publish"])  # type: ignore[untyped-decorator]
    def publish(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask first; then publish."""
        return self._take(request, object_id, "publish")

    @admin.display(description="template")
    def short_name(self, obj: TemplateChange) -> str:
        """Leave the other columns their place."""
        return short(obj.name)

    @admin.display(description="template")
    def template_link(self, obj: TemplateChange) -> str:
        """Link to the template, once it is there."""
        if obj.template_id is None:
            return f"{obj.name} (a new one)"
        url = reverse("admin:templates_app_template_change", args=[obj.template_id])
        return format_html(_LINK, url, obj.name)

    @admin.display(description="what comes next")
    def what_next(self, obj: Any) -> str:
        """Say who must do what."""
        return str(obj.what_next)

    @admin.display(description="what changes")
    def differences(self, obj: TemplateChange) -> str:
        """Show what goes and what comes."""
        return shown_differences(conflicts.shown_differences(obj))

    @admin.display(description="changed meanwhile")
    def meanwhile(self, obj: Any) -> str:
        """Show what stands in the way of publishing."""
        return shown_differences(obj.conflicts)

    @admin.display(description="what it would look like")
    def look(self, obj: TemplateChange) -> str:
        """Show the message; placeholders stand out."""
        return preview_frame(proposed_template(obj))

    @admin.display(description="author")
    def source(self, obj: TemplateChange) -> str:
        """Say who proposed it: a person, a file or a program."""
        if obj.author is not None:
            return str(obj.author)
        return "a configuration file" if obj.from_file else "a program"

    def _take(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        row, step = self.get_object(request, object_id), STEPS[name]
        question = Question(
            title=f"{step.question} {row.name} of {row.service}",
            button=step.yes,
            consequences=[step.consequence],
            back=change_page(row),
            shown=self.differences(row),
        )

        def do(reason: str) -> str:
            note = {"note": reason} if step.has_note else {}
            with audit.because(reason):
                taken = step.take(row, actor=cast("User", request.user), **note)
            return f"The change is {taken.get_state_display().lower()}."

        return confirm(self, request, question, do)


def change_page(row: TemplateChange) -> str:
    """Return the address of a change's page."""
    return reverse("admin:templates_app_templatechange_change", args=[row.pk])
