"""What the pages of templates save: a version, or a change that waits."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from unfold.admin import ModelAdmin

from notify_project.api.errors import ApiError
from services.models import Service, User
from templates_app.admin.change import change_page
from templates_app.changes.proposing import propose, submit
from templates_app.changes.publishing import publish
from templates_app.changes.steps import OPEN
from templates_app.models import Template, TemplateChange
from templates_app.versions import create_template, update_template

Kind = TemplateChange.Kind
_SAYS = {
    TemplateChange.State.IN_REVIEW: "Nothing is changed yet: the change waits for its review.",
    TemplateChange.State.APPROVED: "Nothing is changed yet: the change waits for its start.",
}


def create(
    request: HttpRequest, service: Service, obj: Template, values: dict[str, Any], *, actor: User
) -> None:
    """Create a template, or propose it if its service asks for a review."""
    if service.templates_need_review:
        _keep(request, propose(service, Kind.CREATE, actor=actor, values=values))
    else:
        obj.pk = create_template(service, actor=actor, **values).pk


def update(
    request: HttpRequest,
    obj: Template,
    different: dict[str, Any],
    given: dict[str, Any],
    *,
    actor: User,
) -> None:
    """Save a version; or a change, if it needs a review or has a start.

    Args:
        request: of the page.
        obj: the template.
        different: fields with their new values.
        given: what else the page asks for.
        actor: the author.
    """
    starts_at = given.get("starts_at")
    if not (obj.service.templates_need_review or starts_at):
        update_template(obj, actor=actor, **different)
        return
    draft = propose(
        obj.service,
        Kind.UPDATE,
        actor=actor,
        template=Template.objects.get(pk=obj.pk),
        values=different,
        note=given.get("change_note") or "",
        starts_at=starts_at,
    )
    _keep(request, draft)


def archive(
    page: ModelAdmin[Template], request: HttpRequest, row: Template, *, actor: User
) -> HttpResponse:
    """Propose to archive a template whose service asks for a review."""
    try:
        _keep(request, propose(row.service, Kind.ARCHIVE, actor=actor, template=row))
    except ApiError as error:
        page.message_user(request, error.message, messages.ERROR)
    return response(page, request) or HttpResponseRedirect(request.path)


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
