"""Print batches: what was handed over to the printer together, and how far that has come."""

from django.contrib import admin

from notifications.models import LetterPrintBatch
from notify_project.admin.pages import BigTableAdmin


@admin.register(LetterPrintBatch)
class LetterPrintBatchAdmin(BigTableAdmin[LetterPrintBatch]):
    """What was planned for the printer, and whether it has it."""

    list_display = [
        "id",
        "print_day",
        "provider",
        "file_name",
        "state",
        "letter_count",
        "sheet_count",
        "attempts",
        "created_at",
        "uploaded_at",
    ]
    list_filter = ["state"]
    search_fields = ["=id", "=file_name", "=entries__notification_id"]
    search_help_text = "Id or file of a batch, id of a letter in it."
    ordering = ["-created_at", "-id"]
