"""Queues, workers and failed tasks."""

from typing import Any

from django.apps import apps
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django_rq.models import Dashboard
from redis import RedisError

from notify_project import task_queues
from notify_project.admin.pages import ReadOnlyAdmin
from notify_project.admin.reasons import WhyForm
from notify_project.admin.scope import is_support
from notify_project.api.errors import ApiError

Dashboard._meta.verbose_name = "queue"  # noqa: SLF001 - as the menu names it
Dashboard._meta.verbose_name_plural = "queues"  # noqa: SLF001 - as above
apps.get_app_config("django_rq").verbose_name = "Queues"
_STEPS: dict[str, tuple[str, str, Any]] = {
    "again": ("Run this task again?", "Run it again", task_queues.run_again),
    "drop": ("Drop this task?", "Drop it", task_queues.drop),
}


@admin.register(Dashboard)
class QueuesAdmin(ReadOnlyAdmin[Dashboard]):
    """How the queues stand, who works on them, and what failed."""

    def get_urls(self) -> list[URLPattern]:
        """Serve these pages alone: there is no table behind them."""
        view = self.admin_site.admin_view
        name = "django_rq_dashboard"
        return [
            path("", view(self.queues), name=f"{name}_changelist"),
            path("<str:queue>/", view(self.failed), name=f"{name}_failed"),
            path("<str:queue>/<str:task_id>/<str:step>/", view(self.step), name=f"{name}_step"),
        ]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Operations and administrators."""
        user: Any = request.user
        return is_support(user) and user.has_perm("notify_project.manage_queues")

    def has_module_permission(self, request: HttpRequest) -> bool:
        """As who may look."""
        return self.has_view_permission(request)

    def queues(self, request: HttpRequest) -> HttpResponse:
        """Show all queues and workers."""
        return self._page(
            request,
            "queues",
            "Queues",
            lambda: {"queues": task_queues.figures(), "workers": task_queues.workers()},
        )

    def failed(self, request: HttpRequest, queue: str) -> HttpResponse:
        """Show the tasks of a queue that failed."""
        given = request.GET.get("page", "1")
        page = int(given) if given.isdecimal() and len(given) < 7 else 1

        def shown() -> dict[str, Any]:
            tasks, count = task_queues.failed_tasks(queue, page=page)
            more = page + 1 if page * task_queues.SHOWN < count else None
            return {"queue": queue, "tasks": tasks, "count": count, "more": more}

        return self._page(request, "failed_tasks", f"Failed tasks of {queue}", shown)

    def step(self, request: HttpRequest, queue: str, task_id: str, step: str) -> HttpResponse:
        """Ask why; then run a task again, or drop it."""
        if step not in _STEPS or not self.has_view_permission(request):
            raise Http404
        title, button, do = _STEPS[step]
        form = WhyForm(request.POST or None)
        is_done = False

        def shown() -> dict[str, Any]:
            nonlocal is_done
            if form.is_valid():
                do(queue, task_id, actor=request.user, reason=form.cleaned_data["reason"])
                is_done = True
            return {"form": form, "task_id": task_id, "button": button, "back": _failed_url(queue)}

        answer = self._page(request, "task_step", title, shown)
        if is_done:
            messages.success(request, f"{button}: done.")
            return HttpResponseRedirect(_failed_url(queue))
        return answer

    def _page(self, request: HttpRequest, name: str, title: str, shown: Any) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        status, context = 200, {"problem": ""}
        try:
            context |= shown()
        except ApiError as error:
            status, context = error.status_code, {"problem": error.message}
        except RedisError:
            status, context = 503, {"problem": "Redis does not answer: nothing can be shown."}
        whole = {
            **self.admin_site.each_context(request),
            "title": title,
            **context,
        }
        return TemplateResponse(request, f"admin/queues/{name}.html", whole, status=status)


def _failed_url(queue: str) -> str:
    return reverse("admin:django_rq_dashboard_failed", args=[queue])
