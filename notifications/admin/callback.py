"""The outbox of callbacks, to be looked at; its bodies are personal and stay hidden."""

from typing import ClassVar

from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from notifications.models import CallbackDelivery
from notify_project import clock
from notify_project.admin.pages import BigTableAdmin

ATTEMPTS_SHOWN = 50


@admin.register(CallbackDelivery)
class CallbackDeliveryAdmin(BigTableAdmin[CallbackDelivery]):
    """What services must be told, and how far that has come."""

    list_display = ["subject_id", "callback_type", "event_key", "state", "attempts", "created_at"]
    list_filter = ["state", "callback_type"]
    search_fields = ["=id", "=subject_id", "=service__id"]
    search_help_text = "Id of a call (webhook-id), a notification or a service."
    exclude = ["payload"]
    readonly_fields: ClassVar[list[str]] = ["log_of_attempts"]
    ordering = ["-created_at", "-id"]

    @admin.display(description="Log of attempts")
    def log_of_attempts(self, row: CallbackDelivery) -> SafeString:
        """Show the newest attempts: when, what came of them, and how long they took."""
        newest = row.attempt_log.order_by("-began_at", "-id")[:ATTEMPTS_SHOWN]
        return format_html_join(
            "",
            "<div>{}, attempt {}: {} after {} ms</div>",
            (
                (
                    clock.api_time(each.began_at),
                    each.attempt,
                    each.response_code or each.error,
                    each.duration_ms,
                )
                for each in newest
            ),
        )
