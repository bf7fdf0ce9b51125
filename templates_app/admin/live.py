"""The preview beside the form of a template, renewed while somebody writes."""

from collections.abc import Callable
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from unfold.admin import ModelAdmin

from notify_project.admin.scope import may_see_service
from notify_project.api.errors import ApiError
from notify_project.constants import NotificationType
from services.models import Service
from templates_app.admin.preview import preview_frame
from templates_app.live_preview import draft, draft_pages
from templates_app.models import LetterLanguages, Template
from templates_app.rendering.placeholders import names, parse

# How inputs with test values are called: this, and the placeholder.
VALUE: Final = "value:"
_TEXTS: Final = ("name", "subject", "content", "letter_welsh_subject", "letter_welsh_content")
_RESULT: Final = "admin/templates_app/template/live_result.html"


def live_urls(page: ModelAdmin[Template]) -> list[URLPattern]:
    """Return the addresses that the script asks."""

    def wrapped(view: Callable[[ModelAdmin[Template], HttpRequest], HttpResponse]) -> Any:
        return page.admin_site.admin_view(partial(view, page))

    return [
        path("live/", wrapped(live), name="templates_app_template_live"),
        path("live/pages/", wrapped(live_pages), name="templates_app_template_live_pages"),
    ]


def live_panel(row: Template | None, *, may_write: bool) -> dict[str, Any] | None:
    """Return what the panel beside the form must know; nothing for who cannot write."""
    if not may_write or (row is not None and row.archived):
        return None
    return {
        "url": reverse("admin:templates_app_template_live"),
        "template": row.pk if row else "",
        "pages": "yes" if row and row.template_type == NotificationType.LETTER else "",
        "names": _names(row) if row else (),
    }


def _names(row: Template) -> tuple[str, ...]:
    block = row.service_letter_contact
    texts = [block.contact_block if block else None, row.letter_welsh_subject]
    texts += [row.letter_welsh_content, row.subject, row.content]
    # While its form is being refused, even a template's content may be missing.
    return names(*(parse(text) for text in texts if text))


def live(page: ModelAdmin[Template], request: HttpRequest) -> HttpResponse:
    """Answer with what the template on the form looks like, and what is wrong with it.

    A script gets the parts; a browser without one gets a page.
    """
    row, service = _posted(page, request)
    values = _values(request)
    result = {**_result(row, service, values), "problems": _problems(page, request, row)}
    if "script" in request.POST:
        html = render_to_string(_RESULT, result, request)
        return JsonResponse({"html": html, "names": list(result["names"])})
    context = {
        **page.admin_site.each_context(request),
        "title": f"Preview of {row.name or 'a new template'}",
        "opts": page.opts,
        **result,
        "is_letter": row.template_type == NotificationType.LETTER,
    }
    return TemplateResponse(request, "admin/templates_app/template/live.html", context)


def live_pages(page: ModelAdmin[Template], request: HttpRequest) -> HttpResponse:
    """Answer with the pages of the letter on the form as a picture; in words why there is none."""
    row, _ = _posted(page, request)
    if row.template_type != NotificationType.LETTER:
        raise Http404
    try:
        picture = draft_pages(row, _values(request))
    except ApiError as error:
        return HttpResponse(error.message, status=error.status_code, content_type="text/plain")
    return HttpResponse(picture, content_type="image/png")


def _result(row: Template, service: Service, values: dict[str, str]) -> dict[str, Any]:
    try:
        looked = draft(row, service, values)
    except ApiError as error:
        return {"names": (), "refused": error.message}
    return {
        "names": looked.names,
        "size": looked.size,
        "lost": " ".join(looked.lost),
        "frame": preview_frame(row, values),
        "unfilled": [name for name in looked.names if name not in values],
    }


def _posted(page: ModelAdmin[Template], request: HttpRequest) -> tuple[Template, Service]:
    """Return the template as it is on the form, without saving it.

    Raises:
        PermissionDenied: somebody asks who may not write it.
        Http404: there is no such template, service or type.
    """
    if request.method != "POST":
        raise Http404
    template_id = request.POST.get("live_template", "")
    if template_id:
        row = page.get_object(request, template_id)
        if row is None:
            raise Http404
        may_write = page.has_change_permission(request)
    else:
        row = Template(
            template_type=request.POST.get("template_type", ""),
            service_id=_uuid(request.POST.get("service", "")),
        )
        may_write = page.has_add_permission(request)
    if not may_write or not may_see_service(request.user, row.service_id):
        raise PermissionDenied
    service = Service.objects.filter(id=row.service_id).first()
    if service is None or row.template_type not in NotificationType.values:
        raise Http404
    _write_on(row, request)
    return row, service


def _write_on(row: Template, request: HttpRequest) -> None:
    posted = {name: request.POST[name] for name in _TEXTS if name in request.POST}
    for name, text in posted.items():
        setattr(row, name, text.replace("\r\n", "\n"))
    is_letter = row.template_type == NotificationType.LETTER
    if row.template_type == NotificationType.SMS:
        row.subject = None
    languages = request.POST.get("letter_languages", row.letter_languages)
    row.letter_languages = languages if is_letter else None
    if languages != LetterLanguages.WELSH_THEN_ENGLISH or not is_letter:
        row.letter_welsh_subject = row.letter_welsh_content = None


def _values(request: HttpRequest) -> dict[str, str]:
    return {
        name.removeprefix(VALUE): str(value)
        for name, value in request.POST.items()
        if name.startswith(VALUE) and value
    }


def _problems(page: ModelAdmin[Template], request: HttpRequest, row: Template) -> list[str]:
    """Return why the form could not be saved as it is, in the words of the form itself.

    Nobody says why before they are done.
    """
    is_new = row._state.adding  # noqa: SLF001 - Django's way to tell
    stored = None if is_new else Template.objects.get(pk=row.pk)
    form = page.get_form(request, stored, change=not is_new)(request.POST, instance=stored)
    return [
        message if name == "__all__" else f"{form.fields[name].label or name}: {message}"
        for name, messages in form.errors.items()
        if name != "reason"
        for message in messages
    ]


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error
