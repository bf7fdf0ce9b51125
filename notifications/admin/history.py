"""What remains of messages once their service keeps them no more: nothing personal."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.safestring import SafeString

from notifications.admin import message_filters, status_words
from notifications.admin.message_page import MessagePage
from notifications.models import Notification, NotificationHistory
from notifications.support import lists
from notify_project import clock
from notify_project.admin.by_key import ByKeyAdmin, KeyPages
from notify_project.admin.filters import PeriodFilter
from notify_project.admin.london import when
from notify_project.admin.names import short
from notify_project.newest import Found, find_newest


@admin.register(NotificationHistory)
class NotificationHistoryAdmin(ByKeyAdmin[NotificationHistory], MessagePage[NotificationHistory]):
    """One page a message that was real, kept for bills and statistics."""

    list_display = ["created", "state", "notification_type", "service_name", "sent_by", "id"]
    list_display_links = ["created"]
    list_filter = [
        PeriodFilter,
        message_filters.StatusFilter,
        message_filters.TypeFilter,
        message_filters.BY_SERVICE,
        message_filters.TemplateFilter,
        message_filters.ProviderFilter,
        message_filters.KeyTypeFilter,
    ]
    list_select_related = ["service"]
    search_fields = ["id"]
    search_help_text = "Exactly an id, or the provider's reference."
    ordering = ["-created_at", "-id"]
    service_path = "service"

    def find_page(self, request: HttpRequest, pages: KeyPages) -> Found:
        """Read the page."""
        if pages.query.strip():
            rows = pages.queryset.order_by(*self.ordering).values_list("id", flat=True)
            return Found(list(rows[: self.list_per_page]))
        status, period = pages.value("status"), pages.period()
        rest = lists.equal(
            template_id=pages.value("template"),
            sent_by=pages.value("provider"),
            key_type=pages.value("key_type"),
        )
        if status:
            statuses = message_filters.statuses_of(status)
            rest.append(("n.notification_status = ANY(%s)", [statuses]))
        question = lists.history(
            pages.services(message_filters.SERVICE), pages.value("notification_type"), rest
        )
        return find_newest(period.within(question), size=self.list_per_page, place=pages.place)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[NotificationHistory], search_term: str
    ) -> tuple[QuerySet[NotificationHistory], bool]:
        """Find by one exact, indexed value."""
        term = search_term.strip()
        if not term:
            return queryset, False
        try:
            return queryset.filter(id=UUID(term)), False
        except ValueError:
            return queryset.filter(reference=term), False

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

    @admin.display(description="accepted, in London")
    def created(self, row: NotificationHistory) -> SafeString:
        """Show when, and how long ago that is."""
        return when(row.created_at, clock.now())

    @admin.display(description="status")
    def state(self, row: NotificationHistory) -> SafeString:
        """Say it in words."""
        return status_words.label(row.status)

    @admin.display(description="service")
    def service_name(self, row: NotificationHistory) -> str:
        """Show the name, shortened."""
        return short(row.service.name)
