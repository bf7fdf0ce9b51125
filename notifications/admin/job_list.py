"""The list of jobs: narrowed down freely, and never counted."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from notifications.admin import message_filters
from notifications.admin.job_progress import london_time
from notifications.admin.newest_list import NewestList
from notifications.jobs.words import job_in_words
from notifications.models import Job
from notifications.models.job import UNLISTED_NAMES
from notifications.support import lists
from notifications.support.search_rows import jobs_named
from notify_project.admin.by_key import KeyPages
from notify_project.admin.filters import ChoiceFilter, PeriodFilter
from notify_project.admin.names import short
from notify_project.newest import Found


class JobStatusFilter(ChoiceFilter):
    """How far a job has come."""

    title = "state"
    parameter_name = "job_status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """All there are."""
        return [(state.value, job_in_words(state.value)) for state in Job.Status]


class JobList(NewestList[Job]):
    """Jobs, newest first."""

    list_display = ["file", "service", "template_name", "rows", "state", "begins", "created_by"]
    list_filter = [
        PeriodFilter,
        JobStatusFilter,
        message_filters.BY_SERVICE,
        message_filters.TemplateFilter,
    ]
    list_select_related = ["service", "template", "created_by"]
    search_help_text = "The beginning of a file's name, or the id of a job, service or template."

    def get_queryset(self, request: HttpRequest) -> QuerySet[Job]:
        """Leave out what nobody would look for."""
        rows: QuerySet[Job] = super().get_queryset(request)
        listed = rows.exclude(original_file_name__in=UNLISTED_NAMES)
        return listed.select_related(*self.list_select_related)

    def find_filtered(self, pages: KeyPages) -> Found:
        """Return the ids of a page's jobs."""
        rest = lists.equal(
            job_status=pages.value("job_status"), template_id=pages.value("template")
        )
        services = lists.service_ids(pages.services(message_filters.SERVICE))
        return pages.newest(lists.jobs(services, rest))

    def find_by_id(self, rows: QuerySet[Job], wanted: UUID) -> QuerySet[Job]:
        """Find a job by its own id, or those of a service or template."""
        return rows.filter(Q(id=wanted) | Q(service_id=wanted) | Q(template_id=wanted))

    def find_by_text(self, rows: QuerySet[Job], term: str) -> QuerySet[Job]:
        """Find by how the name of a file begins."""
        return rows.filter(id__in=jobs_named(term).values("id"))

    @admin.display(description="file")
    def file(self, job: Job) -> str:
        """Show the name, shortened."""
        return short(job.original_file_name)

    @admin.display(description="template")
    def template_name(self, job: Job) -> str:
        """Show the name, shortened."""
        return short(job.template.name)

    @admin.display(description="rows")
    def rows(self, job: Job) -> str:
        """Show how many there are."""
        return f"{job.notification_count:,}"

    @admin.display(description="state")
    def state(self, job: Job) -> str:
        """Say it in words."""
        return job_in_words(job.job_status)

    @admin.display(description="begins, in London")
    def begins(self, job: Job) -> str:
        """Show when it began, or will."""
        return london_time(job.scheduled_for or job.created_at)
