"""Bulk actions: planned, counted, confirmed and followed on their pages."""

from typing import Any, ClassVar, cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from unfold.decorators import action

from notifications.admin.bulk_plan import PlanForm
from notifications.admin.bulk_progress import progress_shown
from notifications.models import BulkAction
from notifications.support.bulk import RIGHTS, begin, start, stop
from notify_project.admin.confirming import Question, confirm
from notify_project.admin.elevation import ask_again, is_elevated
from notify_project.admin.names import short
from notify_project.admin.pages import BigTableAdmin
from notify_project.api.errors import ApiError
from services.models import User

Act, State = BulkAction.Act, BulkAction.State
# What they change cannot be brought back.
_GRAVE = frozenset({Act.FAIL, Act.CANCEL_LETTERS})


@admin.register(BulkAction)
class BulkActionAdmin(BigTableAdmin[BulkAction]):
    """Acts on many messages; adding one is planning it."""

    service_path = None
    list_display: ClassVar[list[str]] = [
        *("act", "state", "of_service", "total", "done", "created_at", "actor"),
    ]
    list_filter: ClassVar[list[str]] = ["act", "state"]
    list_select_related: ClassVar[list[str]] = ["service", "actor"]
    search_fields: ClassVar[list[str]] = ["=id"]
    search_help_text = "Id of a bulk action."
    ordering: ClassVar[list[str]] = ["-created_at", "-id"]
    show_add_link = False
    actions_list: ClassVar[list[str]] = ["plan"]
    actions_detail: ClassVar[list[str]] = ["start", "stop"]
    change_form_outer_before_template = "admin/notifications/bulkaction/progress.html"
    fields: ClassVar[list[str]] = [
        *("id", "act", "service", "template_id", "provider", "notification_type", "status"),
        *("since", "until", "reason", "actor", "created_at", "started_at", "finished_at"),
    ]

    @admin.display(description="service")
    def of_service(self, row: BulkAction) -> str:
        """Leave the other columns their place."""
        return short(row.service.name) if row.service else "–"

    def get_urls(self) -> list[URLPattern]:
        """Add what a page asks how it goes."""
        view = self.admin_site.admin_view(self.progress)
        own = path("<uuid:row_id>/progress/", view, name="notifications_bulkaction_progress")
        return [own, *super().get_urls()]

    def has_add_permission(self, request: HttpRequest, *_: Any) -> bool:
        """Let those act in bulk who may."""
        return request.user.has_perm("notifications.bulk_act")

    def has_start_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        """Only what is counted, and would change something."""
        return self._may(request, object_id, State.COUNTED)

    def has_stop_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        """Only what has not ended."""
        return self._may(request, object_id, State.COUNTING, State.COUNTED, State.RUNNING)

    @action(description="Plan one", url_path="plan", permissions=["add"])  # type: ignore[untyped-decorator]
    def plan(self, request: HttpRequest) -> HttpResponse:
        """Lead to the form."""
        return HttpResponseRedirect(reverse("admin:notifications_bulkaction_add"))

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Ask what to do, to which messages, and why; then have it counted."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        given = request.POST if request.method == "POST" else None
        form = PlanForm(given, initial=request.GET.dict())
        if form.is_valid():
            values = dict(form.cleaned_data)
            act = values.pop("act")
            if not request.user.has_perm(RIGHTS[Act(act)]):
                raise PermissionDenied
            try:
                row = begin(act, actor=cast("User", request.user), **values)
            except ApiError as error:
                form.add_error(None, error.message)
            else:
                return HttpResponseRedirect(_page_of(row))
        context = {
            **self.admin_site.each_context(request),
            "title": "Act on many messages",
            "form": form,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/notifications/bulkaction/plan.html", context)

    def render_change_form(self, request: HttpRequest, context: Any, **more: Any) -> HttpResponse:
        """Show how far it has come."""
        context |= progress_shown(more["obj"])
        return cast("HttpResponse", super().render_change_form(request, context, **more))

    def progress(self, request: HttpRequest, row_id: Any) -> HttpResponse:
        """Answer with the part of the page that changes."""
        row = self.get_object(request, str(row_id))
        if row is None or not self.has_view_permission(request, row):
            raise Http404
        template = "admin/notifications/bulkaction/counts.html"
        return TemplateResponse(request, template, progress_shown(row))

    @action(description="Start", url_path="start", permissions=["start"])  # type: ignore[untyped-decorator]
    def start(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Do it, once its count was typed."""
        row = self._row(request, object_id)
        if not request.user.has_perm(RIGHTS[Act(row.act)]):
            raise PermissionDenied
        if row.act in _GRAVE and not is_elevated(request):
            return ask_again(request)
        count = row.total or 0
        question = Question(
            title=f"{row.get_act_display()}: {count:,} messages?",
            button="Start",
            consequences=[_CONSEQUENCES[Act(row.act)], "You can stop it; what is done stays so."],
            back=_page_of(row),
            typed=str(count),
            typed_name="the number of messages",
        )

        def do(reason: str) -> str:
            start(row, count=count, actor=cast("User", request.user), reason=reason)
            return "It is started."

        return confirm(self, request, question, do)

    @action(description="Stop", url_path="stop", permissions=["stop"])  # type: ignore[untyped-decorator]
    def stop(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Let nothing more be done."""
        row = self._row(request, object_id)
        question = Question(
            title=f"Stop: {row.get_act_display()}?",
            button="Stop",
            consequences=["What is done stays so. It cannot go on again: plan another one."],
            back=_page_of(row),
        )

        def do(reason: str) -> str:
            stop(row, actor=cast("User", request.user), reason=reason)
            return "It is stopped."

        return confirm(self, request, question, do)

    def _row(self, request: HttpRequest, object_id: str) -> BulkAction:
        row: BulkAction | None = self.get_object(request, object_id)
        if row is None:
            raise Http404
        return row

    def _may(self, request: HttpRequest, object_id: str, *states: str) -> bool:
        if not self.has_add_permission(request):
            return False
        if request.method == "POST" or not object_id:
            return True
        return self.named(object_id).filter(state__in=states).exists()


_CONSEQUENCES = {
    Act.SEND_NOW: "Workers try them in a moment, and do not wait for their next attempt.",
    Act.TELL_AGAIN: "The service is called again, at the pace of any other calls.",
    Act.FAIL: "They end as technical-failure, services are told so, and none can be brought back.",
    Act.CANCEL_LETTERS: "None of them is printed, and none can be brought back.",
}


def _page_of(row: BulkAction) -> str:
    return reverse("admin:notifications_bulkaction_change", args=[row.pk])
