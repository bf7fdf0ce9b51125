"""The page that sends to a file: choose what, upload, look at it, start. Without JavaScript."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final, cast
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from notifications.jobs.create import LATEST, create_job
from notifications.jobs.look import Look, look_at
from notifications.spreadsheets.example import example_file
from notifications.spreadsheets.refusals import FileRefused
from notify_project import audit, clock
from notify_project.admin.reasons import WhyForm
from notify_project.admin.scope import scoped
from notify_project.api.errors import ApiError
from notify_project.clock import LONDON
from notify_project.constants import NotificationType
from services.models import Service, User
from services.read_models import ServiceModel, find_service
from templates_app.models import Template
from templates_app.read_models import TemplateModel, find_template

CHOICES_SHOWN: Final = 50
NOW: Final = "now"
_HOUR: Final = timedelta(hours=1)
_FOLDER: Final = "admin/notifications/job"


_LOOK: Final = {
    "class": "border border-base-200 rounded-default px-3 py-2 max-w-full dark:border-base-800"
}


class UploadForm(WhyForm):
    """A file, who it is sent as, and why."""

    file = forms.FileField(
        label="File of recipients", allow_empty_file=True, widget=forms.FileInput(_LOOK)
    )
    sender = forms.ChoiceField(required=False, widget=forms.Select(_LOOK))
    field_order = ("file", "sender", "reason")

    def __init__(self, senders: list[tuple[str, str]], *args: Any) -> None:
        super().__init__(*args)
        if senders:
            cast("forms.ChoiceField", self.fields["sender"]).choices = senders
        else:
            del self.fields["sender"]


class StartForm(WhyForm):
    """Which stored file, when, and why."""

    job = forms.UUIDField(widget=forms.HiddenInput)
    when = forms.ChoiceField(label="Send, in London time", widget=forms.Select(_LOOK))
    field_order = ("job", "when", "reason")

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("forms.ChoiceField", self.fields["when"])
        field.choices = [(NOW, "Now"), *hours_ahead(now)]


def hours_ahead(now: datetime) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the full hours at which a job may begin, by London day."""
    days: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    at = now.replace(minute=0, second=0, microsecond=0) + _HOUR
    while at <= now + LATEST:
        there = at.astimezone(LONDON)
        # With the zone: in autumn an hour comes twice.
        days[f"{there:%A %-d %B}"].append((at.isoformat(), f"{there:%a %-d %b %H:%M %Z}"))
        at += _HOUR
    return list(days.items())


def answer_to(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """Answer one step: whoever sends it may create jobs.

    Args:
        request: ``template`` of its query, or else ``service``, says how far one has come.
        context: of every page of the admin site.
    """
    found = _sending(request, request.GET.get("template", ""))
    if found is None:
        return _choose(request, context)
    service, template = found
    if "example" in request.GET:
        return _example(template)
    shown = {**context, "title": f"Send {template.name}", "service": service, "template": template}
    if request.method == "POST" and "job" in request.POST:
        return _start(request, service, shown)
    return _upload(request, service, template, shown)


def _choose(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """Let one choose a service, then a template of it; both are found by a part of the name."""
    words = request.GET.get("q", "").strip()
    service_id = _id(request.GET.get("service", ""))
    services = scoped(Service.objects.all(), request.user, "id")
    service = services.filter(id=service_id).first() if service_id else None
    rows: Iterable[Any]
    if service is None:
        title, rows = "Send to a file: whose message?", services.filter(active=True)
    else:
        title = f"Send to a file: which template of {service.name}?"
        rows = Template.objects.filter(service=service, archived=False, hidden=False)
    found = list(rows.filter(name__icontains=words).order_by("name", "id")[: CHOICES_SHOWN + 1])
    shown = {
        "title": title,
        "service": service,
        "q": words,
        "rows": found[:CHOICES_SHOWN],
        "has_more": len(found) > CHOICES_SHOWN,
    }
    return TemplateResponse(request, f"{_FOLDER}/choose.html", context | shown)


def _upload(
    request: HttpRequest, service: ServiceModel, template: TemplateModel, context: dict[str, Any]
) -> HttpResponse:
    """Take a file and show what was found in it; else ask for one."""
    given = (request.POST, request.FILES) if request.method == "POST" else ()
    form = UploadForm(_senders(service, template), *given)
    if form.is_bound and form.is_valid():
        cleaned = form.cleaned_data
        try:
            with audit.because(cleaned["reason"]):
                look = look_at(
                    cleaned["file"],
                    cleaned["file"].name,
                    template,
                    service,
                    sender_id=_id(cleaned.get("sender", "")),
                    actor=cast("User", request.user),
                )
        except (ApiError, FileRefused) as error:
            form.add_error("file", error.message)
        else:
            return _look(request, look, context, reason=cleaned["reason"])
    shown = context | {"form": form, "example": example_file(template)}
    return TemplateResponse(request, f"{_FOLDER}/upload.html", shown)


def _look(
    request: HttpRequest, look: Look, context: dict[str, Any], *, reason: str
) -> HttpResponse:
    uploaded = look.uploaded
    # It is sent for the reason that it was uploaded for, unless somebody thinks of another.
    start = StartForm(initial={"job": uploaded.job_id, "reason": reason}, now=clock.now())
    shown = {"look": look, "uploaded": uploaded, "form": start}
    return TemplateResponse(request, f"{_FOLDER}/look.html", context | shown)


def _start(request: HttpRequest, service: ServiceModel, context: dict[str, Any]) -> HttpResponse:
    """Create the job of the stored file, and lead to its page."""
    # What could be chosen an hour ago may have passed; that is refused in words.
    form = StartForm(request.POST, now=clock.now() - _HOUR)
    if form.is_valid():
        when = form.cleaned_data["when"]
        try:
            with audit.because(form.cleaned_data["reason"]):
                job = create_job(
                    service.id,
                    form.cleaned_data["job"],
                    scheduled_for=None if when == NOW else datetime.fromisoformat(when),
                    actor=cast("User", request.user),
                )
        except ApiError as error:
            form.add_error(None, error.message)
        else:
            return HttpResponseRedirect(reverse("admin:notifications_job_change", args=[job.pk]))
    return TemplateResponse(request, f"{_FOLDER}/start.html", context | {"form": form})


def _example(template: TemplateModel) -> HttpResponse:
    answer = HttpResponse(example_file(template), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="example.csv"'
    return answer


def _sending(request: HttpRequest, template_id: str) -> tuple[ServiceModel, TemplateModel] | None:
    wanted = _id(template_id)
    rows = scoped(Template.objects.all(), request.user, "service")
    row = rows.filter(archived=False, hidden=False, id=wanted).first() if wanted else None
    if row is None:
        return None
    service, template = find_service(row.service_id), find_template(row.service_id, row.id)
    return (service, template) if service and service.active and template else None


def _senders(service: ServiceModel, template: TemplateModel) -> list[tuple[str, str]]:
    """Return the senders to choose from, the default one first; letters have none."""
    if template.template_type == NotificationType.LETTER:
        return []
    is_text = template.template_type == NotificationType.SMS
    rows = sorted(
        service.sms_senders if is_text else service.reply_tos, key=lambda row: not row.is_default
    )
    return [(str(row.id), row.text + (" (default)" if row.is_default else "")) for row in rows]


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
