"""Periodic runs and audit events."""

from django.contrib import admin

from notify_project.admin.pages import BigTableAdmin, ReadOnlyAdmin
from notify_project.models import AuditEvent, PeriodicRun


@admin.register(PeriodicRun)
class PeriodicRunAdmin(ReadOnlyAdmin[PeriodicRun]):
    """Which slot of which task ran, and how it went."""

    list_display = ["task", "slot", "state", "started_at", "finished_at", "detail"]
    list_filter = ["state"]
    search_fields = ["=task"]
    search_help_text = "Exact name of a task."
    ordering = ["-slot", "-id"]


@admin.register(AuditEvent)
class AuditEventAdmin(BigTableAdmin[AuditEvent]):
    """Who changed what."""

    list_display = ["created_at", "action", "actor", "subject_type", "subject_id", "reason"]
    list_select_related = ["actor"]
    search_fields = ["=subject_id", "=service_id"]
    search_help_text = "Id of a service or of the thing that was changed."
    ordering = ["-created_at", "-id"]
