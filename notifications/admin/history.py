"""What remains of messages once their service keeps them no more: nothing personal."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from notifications.admin import message_filters
from notifications.admin.message_page import MessagePage
from notifications.admin.newest_list import NewestMessages
from notifications.models import Notification, NotificationHistory
from notifications.support import lists
from notify_project.admin.by_key import KeyPages
from notify_project.newest import Found


@admin.register(NotificationHistory)
class NotificationHistoryAdmin(
    NewestMessages[NotificationHistory], MessagePage[NotificationHistory]
):
    """One page a message that was real, kept for bills and statistics."""

    list_display = ["created", "state", "channel", "service_name", "provider", "id"]
    search_help_text = "Exactly an id, or the provider's reference."

    def find_filtered(self, pages: KeyPages) -> Found:
        """Return the ids of a page's rows."""
        status = pages.value("status")
        rest = lists.equal(
            template_id=pages.value("template"),
            sent_by=pages.value("provider"),
            key_type=pages.value("key_type"),
        )
        if status:
            statuses = message_filters.statuses_of(status)
            rest.append(("n.notification_status = ANY(%s)", [statuses]))
        services = pages.services(message_filters.SERVICE)
        return pages.newest(lists.history(services, pages.value("notification_type"), rest))

    def find_by_text(
        self, rows: QuerySet[NotificationHistory], term: str
    ) -> QuerySet[NotificationHistory]:
        """Find by the provider's reference."""
        return rows.filter(reference=term)

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
