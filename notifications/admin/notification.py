"""Notifications, to be looked at; letters can be cancelled and repaired."""

import uuid

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from notifications.admin.acts import Acts
from notifications.admin.key_use import key_use_url
from notifications.admin.letter_check import picture_for
from notifications.admin.letter_pages import pages_url
from notifications.admin.message_list import MessageList
from notifications.admin.message_page import pages_of_personal_data
from notifications.models import Notification


@admin.register(Notification)
class NotificationAdmin(MessageList, Acts):
    """One page a message, found by exact values; what is personal is shown to who says why."""

    def get_urls(self) -> list[URLPattern]:
        """Add what shows personal data, and pictures of the pages of letters."""
        view = self.admin_site.admin_view(self.letter_page)
        name = "notifications_notification_letter_page"
        own = path("<uuid:letter_id>/letter/page/<int:page>.png", view, name=name)
        more = [*pages_of_personal_data(self), pages_url(self.admin_site)]
        return [own, *more, key_use_url(self.admin_site), *super().get_urls()]

    def letter_page(self, request: HttpRequest, letter_id: uuid.UUID, page: int) -> HttpResponse:
        """Answer with a picture of a page."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return picture_for(request, self.get_object(request, str(letter_id)), page)
