"""Letters that the post brought back."""

from django.contrib import admin

from notifications.models import ReturnedLetter
from notify_project.admin.pages import BigTableAdmin


@admin.register(ReturnedLetter)
class ReturnedLetterAdmin(BigTableAdmin[ReturnedLetter]):
    """Which letters came back, and when that was reported."""

    service_path = "service"
    list_display = ["id", "notification_id", "service", "reported_at", "created_at"]
    list_select_related = ["service"]
    search_fields = ["=notification_id", "=service__id"]
    search_help_text = "Id of a notification or of a service."
    ordering = ["-id"]
