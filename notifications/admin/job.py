"""Jobs: files of recipients that are being sent, with what people can do to them."""

from collections.abc import Callable
from typing import Any, ClassVar, cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from unfold.decorators import action

from notifications.admin.job_list import JobList
from notifications.admin.job_progress import progress_shown
from notifications.admin.job_sending import answer_to
from notifications.api.management.jobs import csv_of
from notifications.jobs.cancel_letters import cancel_letter_job
from notifications.jobs.control import PAUSABLE, cancel_job, pause_job, resume_job
from notifications.jobs.progress import progress_of
from notifications.models import Job
from notify_project.admin.confirming import Question, confirm
from notify_project.admin.names import short
from notify_project.constants import NotificationType
from services.models import User


@admin.register(Job)
class JobAdmin(JobList):
    """One page a job, which shows how far it has come; adding one is sending to a file."""

    actions = None
    show_add_link = False
    actions_list: ClassVar[list[str]] = ["send"]
    actions_detail: ClassVar[list[str]] = ["report", "pause", "resume", "cancel", "cancel_letters"]
    change_form_outer_before_template = "admin/notifications/job/progress.html"
    fields: ClassVar[list[str]] = [
        *("id", "service", "template_name", "template_version", "rows", "created_by"),
        *("sender_id", "kept"),
    ]
    readonly_fields: ClassVar[list[str]] = ["template_name", "rows", "kept"]

    def has_add_permission(self, request: HttpRequest, *_: Any) -> bool:
        """Let those send who may create jobs."""
        return request.user.has_perm("notifications.add_job")

    @admin.display(description="the file")
    def kept(self, job: Job) -> str:
        """Say it in words: a cross would look like a fault."""
        return "deleted" if job.archived else "kept"

    def get_urls(self) -> list[URLPattern]:
        """Add what the page of a job asks how it goes, and sending to a file."""
        view = self.admin_site.admin_view(self.progress)
        own = path("<uuid:job_id>/progress/", view, name="notifications_job_progress")
        return [own, *super().get_urls()]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Send a template to a file, step by step."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        return answer_to(request, {**self.admin_site.each_context(request), "opts": self.opts})

    def render_change_form(self, request: HttpRequest, context: Any, **more: Any) -> HttpResponse:
        """Show how far the job has come."""
        context |= progress_shown(more["obj"])
        context["title"] = short(more["obj"].original_file_name)
        return cast("HttpResponse", super().render_change_form(request, context, **more))

    def progress(self, request: HttpRequest, job_id: Any) -> HttpResponse:
        """Answer with the part of the page that changes."""
        job = self.get_object(request, str(job_id))
        if job is None or not self.has_view_permission(request, job):
            raise Http404
        return TemplateResponse(request, "admin/notifications/job/counts.html", progress_shown(job))

    def has_report_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        """A report names recipients."""
        may_see = request.user.has_perm("notifications.view_recipient")
        return may_see and self.has_view_permission(request)

    def has_cancel_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        """What has begun is paused."""
        return self._may(request, object_id, Job.Status.SCHEDULED)

    def has_cancel_letters_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        """Letters wait for their print run, unlike other messages."""
        if not self._may(request, object_id, Job.Status.ALL_CREATED):
            return False
        if not object_id:
            return True
        job = self.get_object(request, object_id)
        return job is not None and job.template.template_type == NotificationType.LETTER

    def has_pause_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        """What waits for its time is cancelled."""
        return self._may(request, object_id, *PAUSABLE)

    def has_resume_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        """Only what is paused goes on."""
        return self._may(request, object_id, Job.Status.PAUSED)

    @action(description="Send to a file", url_path="send", permissions=["add"])  # type: ignore[untyped-decorator]
    def send(self, request: HttpRequest) -> HttpResponse:
        """Lead to where one chooses what is sent."""
        return HttpResponseRedirect(reverse("admin:notifications_job_add"))

    @action(description="Report (CSV)", url_path="report", permissions=["report"])  # type: ignore[untyped-decorator]
    def report(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Download what became of each row."""
        job = self.get_object(request, object_id)
        if job is None:
            raise Http404
        return csv_of(job)

    @action(description="Cancel", url_path="cancel", permissions=["cancel"])  # type: ignore[untyped-decorator]
    def cancel(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Cancel a job that waits for its time."""
        return self._ask_and_do(request, object_id, "Cancel", cancel_job)

    @action(  # type: ignore[untyped-decorator]
        description="Cancel letters", url_path="cancel-letters", permissions=["cancel_letters"]
    )
    def cancel_letters(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Cancel all letters before the first is printed."""
        return self._ask_and_do(request, object_id, "Cancel letters", cancel_letter_job)

    @action(description="Pause", url_path="pause", permissions=["pause"])  # type: ignore[untyped-decorator]
    def pause(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Let no further message go out."""
        return self._ask_and_do(request, object_id, "Pause", pause_job)

    @action(description="Resume", url_path="resume", permissions=["resume"])  # type: ignore[untyped-decorator]
    def resume(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Let a paused job go on."""
        return self._ask_and_do(request, object_id, "Resume", resume_job)

    def _may(self, request: HttpRequest, object_id: str, *statuses: str) -> bool:
        if not request.user.has_perm("notifications.change_job"):
            return False
        # Who confirms what has become impossible meanwhile is told so by the use case.
        if request.method == "POST" or not object_id:
            return True
        job = self.get_object(request, object_id)
        return job is not None and job.job_status in statuses

    def _ask_and_do(
        self, request: HttpRequest, object_id: str, word: str, change: Callable[..., Any]
    ) -> HttpResponse:
        """Ask first, and for a reason; then do it, and say what came of it."""
        job = self.get_object(request, object_id)
        if job is None:
            raise Http404
        name = job.original_file_name
        question = Question(
            title=f"{word}: {short(name)}?",
            button="Cancel the job" if word == "Cancel" else word,
            consequences=[_CONSEQUENCES[word], *_gone(job)],
            back=reverse("admin:notifications_job_change", args=[job.pk]),
            typed=name if word in _GRAVE else "",
            typed_name="the name of the file",
        )

        def do(reason: str) -> str:
            change(job.service_id, job.id, actor=cast("User", request.user), reason=reason)
            return f"{word}: done."

        return confirm(self, request, question, do)


_GRAVE = frozenset({"Cancel", "Cancel letters"})
_CONSEQUENCES = {
    "Pause": "No further message goes out until somebody resumes it. What a worker has taken "
    "already still goes out. A message that is held back for 72 hours ends without being sent.",
    "Resume": "What is held back goes out, and rows that are missing are stored.",
    "Cancel letters": "None of them is printed or charged. It cannot be brought back: upload the "
    "file again instead.",
    "Cancel": "Nothing of it is sent. It cannot be brought back: upload the file again instead.",
}


def _gone(job: Job) -> list[str]:
    """Say how many messages of a job cannot be stopped any more."""
    found = progress_of(job.id)
    left = found.total - found.handed_over
    return [f"{found.handed_over:,} of {found.total:,} messages have gone out, {left:,} have not."]
