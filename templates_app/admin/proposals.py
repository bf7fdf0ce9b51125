"""What the pages of templates save: a version, or a change that waits."""

from typing import Any, cast

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from unfold.admin import ModelAdmin

from notify_project import audit
from notify_project.admin.confirming import answer_to, ask
from notify_project.api.errors import ApiError
from services.models import Service, User
from templates_app.admin.change import change_page
from templates_app.admin.grave import archive_question
from templates_app.changes.proposing import propose, submit
from templates_app.changes.publishing import publish
from templates_app.changes.steps import OPEN
from templates_app.models import Template, TemplateChange
from templates_app.telling import change_and_tell, tell_of_new
from templates_app.versions import archive_template, create_template, update_template

Kind = TemplateChange.Kind
_SAYS = {
    TemplateChange.State.IN_REVIEW: "Nothing is changed yet: the change waits for its review.",
    TemplateChange.State.APPROVED: "Nothing is changed yet: the change waits for its start.",
}


def create(
    request: HttpRequest, service: Service, obj: Template, values: dict[str, Any], *, reason: str
) -> None:
    """Create a template, or propose it if its service asks for a review."""
    actor = cast("User", request.user)
    if service.templates_need_review:
        draft = propose(service, Kind.CREATE, actor=actor, values=values, note=reason)
        _keep(request, draft)
        return
    with transaction.atomic():
        row = create_template(service, actor=actor, **values)
        tell_of_new(row, actor=actor)
    obj.pk = row.pk


def update(
    request: HttpRequest, obj: Template, different: dict[str, Any], given: dict[str, Any]
) -> None:
    """Save a version; or a change, if it needs a review or has a start.

    Args:
        request: of the page.
        obj: the template.
        different: fields with their new values.
        given: what else the page asks for.
    """
    actor, starts_at = cast("User", request.user), given.get("starts_at")
    if not (obj.service.templates_need_review or starts_at):
        change_and_tell(
            "change template",
            obj,
            lambda row: update_template(row, actor=actor, **different),
            actor=actor,
        )
        return
    draft = propose(
        obj.service,
        Kind.UPDATE,
        actor=actor,
        template=Template.objects.get(pk=obj.pk),
        values=different,
        note=given["reason"],
        starts_at=starts_at,
    )
    _keep(request, draft)


def archive(page: ModelAdmin[Template], request: HttpRequest, row: Template) -> HttpResponse:
    """Ask first; then archive for good, or propose it if the service asks for a review."""
    actor, question = cast("User", request.user), archive_question(row)
    form = answer_to(question, request)
    if not form.is_valid():
        return ask(page, request, question, form)
    reason = form.cleaned_data["reason"]
    with audit.because(reason):
        if row.service.templates_need_review:
            try:
                draft = propose(row.service, Kind.ARCHIVE, actor=actor, template=row, note=reason)
                _keep(request, draft)
            except ApiError as error:
                page.message_user(request, error.message, messages.ERROR)
            return response(page, request) or HttpResponseRedirect(request.path)
        change_and_tell(
            "archive template", row, lambda row: archive_template(row, actor=actor), actor=actor
        )
    page.message_user(request, f"Archived {row.name}.", messages.SUCCESS)
    return HttpResponseRedirect(reverse("admin:templates_app_template_changelist"))


def response(page: ModelAdmin[Template], request: HttpRequest) -> HttpResponse | None:
    """Go on to the change that was proposed by this request, if one was."""
    change: TemplateChange | None = getattr(request, "proposed_change", None)
    if change is None:
        return None
    page.message_user(request, _SAYS[change.state], messages.SUCCESS)  # type: ignore[index]
    return HttpResponseRedirect(change_page(change))


def link_to_changes(template: Template) -> str:
    """Return a link to the changes of a template, with the number of open ones."""
    count = TemplateChange.objects.filter(template=template, state__in=OPEN).count()
    url = reverse("admin:templates_app_templatechange_changelist")
    return format_html(
        '<a class="text-primary-600 dark:text-primary-500" href="{}?q={}">{}</a>',
        url,
        template.pk,
        f"All changes, {count} open",
    )


def _keep(request: HttpRequest, draft: TemplateChange) -> None:
    """Hand in what needs a review, and let the rest wait for its start."""
    step = submit if draft.service.templates_need_review else publish
    request.proposed_change = step(draft, actor=draft.author)  # type: ignore[attr-defined]
