"""Messages that only history knows, since their time is over."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from notifications.admin.message_page import MessagePage
from notifications.models import Notification, NotificationHistory


@admin.register(NotificationHistory)
class NotificationHistoryAdmin(MessagePage[NotificationHistory]):
    """What remains of a message: that there was one, and what became of it."""

    list_display = ["id", "notification_type", "status", "service", "created_at", "sent_by"]
    list_select_related = ["service"]
    search_fields = ["=id", "=reference"]
    search_help_text = "Exactly one of: id of the notification; the provider's reference."
    ordering: ClassVar[list[str]] = ["-created_at", "-id"]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Lead to the message itself as long as it is there."""
        row = self.get_object(request, object_id) if object_id else None
        may_view = request.user.has_perm("notifications.view_notification")
        if row is not None and may_view and Notification.objects.filter(id=row.id).exists():
            page = reverse("admin:notifications_notification_change", args=[row.id])
            return HttpResponseRedirect(page)
        return super().changeform_view(request, object_id, form_url, extra_context)
