"""Files that emails link to, to be looked at; neither their names nor their content can be."""

from django.contrib import admin

from notifications.models import Document
from notify_project.admin.pages import BigTableAdmin


@admin.register(Document)
class DocumentAdmin(BigTableAdmin[Document]):
    """What was published, until when, and how often it was downloaded."""

    service_path = "service"
    list_display = ["id", "notification_id", "mime_type", "size", "download_count", "expires_at"]
    search_fields = ["=id", "=notification_id", "=service__id"]
    search_help_text = "Id of a file, of a notification or of a service."
    exclude = ["sealed_filename", "recipient_check"]
    ordering = ["-created_at", "-id"]
