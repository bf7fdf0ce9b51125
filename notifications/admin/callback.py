"""The outbox of callbacks, to be looked at; its bodies are personal and stay hidden."""

from django.contrib import admin

from notifications.models import CallbackDelivery
from notify_project.admin.pages import BigTableAdmin


@admin.register(CallbackDelivery)
class CallbackDeliveryAdmin(BigTableAdmin[CallbackDelivery]):
    """What services must be told, and how far that has come."""

    list_display = ["subject_id", "callback_type", "event_key", "state", "attempts", "created_at"]
    list_filter = ["state", "callback_type"]
    search_fields = ["=subject_id", "=service__id"]
    search_help_text = "Id of a notification or of a service."
    exclude = ["payload"]
    ordering = ["-created_at", "-id"]
