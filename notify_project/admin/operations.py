"""Periodic runs."""

from django.contrib import admin

from notify_project.admin.pages import ReadOnlyAdmin
from notify_project.models import PeriodicRun


@admin.register(PeriodicRun)
class PeriodicRunAdmin(ReadOnlyAdmin[PeriodicRun]):
    """Which slot of which task ran, and how it went."""

    list_display = ["task", "slot", "state", "started_at", "finished_at", "detail"]
    list_filter = ["state"]
    search_fields = ["=task"]
    search_help_text = "Exact name of a task."
    ordering = ["-slot", "-id"]
