"""Reports: asked for on a page, made in the background, downloaded for three days."""

from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminSingleDateWidget

from billing.models import FactBilling
from billing.report_requests import ask_for, opened, require_of, require_valid
from billing.tasks import make_report
from notifications.models import ReportRequest
from notify_project import clock
from notify_project.admin.pages import BigTableAdmin, UseCaseAdmin
from notify_project.admin.tables import link
from notify_project.api.errors import ApiError
from notify_project.constants import Queue
from notify_project.queues import enqueue
from services.models import User

PERMISSION = "billing.view_factbilling"
State = ReportRequest.State
_UNFINISHED = frozenset({State.WAITING, State.RUNNING})
# How often the page of a report that is being made loads itself again.
_REFRESH_SECONDS = 3


class ReportForm(forms.ModelForm[ReportRequest]):
    """What a report is about."""

    first_day = forms.DateField(label="From", widget=UnfoldAdminSingleDateWidget)
    last_day = forms.DateField(
        label="To",
        widget=UnfoldAdminSingleDateWidget,
        help_text="London days, both included: a year at most, of messages 31 days.",
    )
    fact = forms.ModelChoiceField(
        FactBilling.objects.all(), required=False, widget=forms.HiddenInput
    )

    class Meta:
        model = ReportRequest
        fields: ClassVar[list[str]] = ["kind", "first_day", "last_day", "service"]
        help_texts: ClassVar[dict[str, str]] = {
            "service": "Needed for messages; bills and statuses of all services without one."
        }

    def clean(self) -> dict[str, Any]:
        """Check what the use case checks, before anything is stored."""
        cleaned = super().clean() or {}
        if not self.errors:
            names = ("kind", "first_day", "last_day", "service")
            try:
                require_valid(ReportRequest(**{name: cleaned[name] for name in names}))
                require_of(cleaned["fact"], **{name: cleaned[name] for name in names})
            except ApiError as error:
                self.add_error(None, error.message)
        return cleaned


@admin.register(ReportRequest)
class ReportRequestAdmin(UseCaseAdmin[ReportRequest]):
    """Who may see usage may ask for reports of it, and see all that were asked for."""

    service_path = None
    form = ReportForm
    paginator = BigTableAdmin.paginator
    show_full_result_count = False
    list_display: ClassVar[list[str]] = [
        "kind",
        "first_day",
        "last_day",
        "service",
        "state",
        "rows",
        "file",
        "created_by",
        "created_at",
    ]
    list_filter: ClassVar[list[str]] = ["kind", "state"]
    list_select_related: ClassVar[list[str]] = ["service", "created_by"]
    search_fields: ClassVar[list[str]] = ["=id", "=service__id"]
    search_help_text = "Id of a report or of a service."
    ordering: ClassVar[list[str]] = ["-created_at", "-id"]
    autocomplete_fields: ClassVar[list[str]] = ["service"]
    shown: ClassVar[list[str]] = [
        *("kind", "first_day", "last_day", "service", "behind", "state", "rows", "problem"),
        *("file", "created_by", "created_at", "finished_at"),
    ]

    def get_fields(self, request: HttpRequest, obj: ReportRequest | None = None) -> list[str]:
        """Ask for what a new one is about; show all of one that is there."""
        return ["kind", "first_day", "last_day", "service", "fact"] if obj is None else self.shown

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Begin with this month, unless the address says otherwise."""
        today = clock.london_today()
        given: dict[str, Any] = super().get_changeform_initial_data(request)
        return {"first_day": today.replace(day=1), "last_day": today, **given}

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Leave a report as it was asked for."""
        return [] if obj is None else self.shown

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let who may see usage see reports of it."""
        return request.user.has_perm(PERMISSION)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Let them ask for more."""
        return request.user.has_perm(PERMISSION)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Change nothing: another report is asked for instead."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Keep who asked for what; files go by themselves."""
        return False

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show the page in lists of pages to who may see it."""
        return request.user.has_perm(PERMISSION)

    @admin.display(description="file")
    def file(self, row: ReportRequest) -> SafeString | str:
        """Lead to the file, or say why there is none."""
        if row.state != State.DONE:
            return "gone after three days" if row.state == State.EXPIRED else ""
        return link(reverse("admin:report-file", args=[row.pk]), f"CSV, {_size(row.size)}")

    @admin.display(description="only messages of")
    def behind(self, row: ReportRequest) -> str:
        """Name the row of usage that is taken apart."""
        return ", ".join(f"{name} {value}" for name, value in row.narrowed.items()) or "–"

    def get_urls(self) -> list[URLPattern]:
        """Add the files."""
        view = self.admin_site.admin_view(self.download)
        return [path("<uuid:report_id>/file/", view, name="report-file"), *super().get_urls()]

    def download(self, request: HttpRequest, report_id: Any) -> HttpResponse | FileResponse:
        """Send a file.

        Raises:
            PermissionDenied: who asks may not see usage.
            Http404: there is no such file.
        """
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = self.get_object(request, str(report_id))
        if row is None:
            raise Http404
        try:
            file = opened(row, actor=cast("User", request.user))
        except ApiError as error:
            raise Http404(error.message) from error
        name = f"{row.kind}-{row.first_day}-{row.last_day}.csv"
        return FileResponse(file, as_attachment=True, filename=name, content_type="text/csv")

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show a report; one that is being made is looked at again by itself."""
        response = super().changeform_view(request, object_id, form_url, extra_context)
        row = getattr(response, "context_data", {}).get("original")
        if row is not None and row.state in _UNFINISHED:
            response["Refresh"] = str(_REFRESH_SECONDS)
        return response

    def save_model(
        self,
        request: HttpRequest,
        obj: ReportRequest,
        form: Any,
        change: bool,  # noqa: FBT001 - Django's signature
    ) -> None:
        """Store the wish through the use case, and queue what makes the file."""
        given = form.cleaned_data
        row = ask_for(
            given["kind"],
            given["first_day"],
            given["last_day"],
            service=given["service"],
            fact=given["fact"],
            actor=cast("User", request.user),
        )
        obj.pk = row.pk
        enqueue(make_report, str(row.pk), queue=Queue.REPORTING)

    def response_post_save_add(self, request: HttpRequest, obj: ReportRequest) -> HttpResponse:
        """Go on to the report, which says how far it is."""
        page = reverse("admin:notifications_reportrequest_change", args=[obj.pk])
        return HttpResponseRedirect(page)


def _size(count: int) -> str:
    return f"{count / 1_000_000:.1f} MB" if count >= 100_000 else f"{max(count // 1000, 1)} kB"
