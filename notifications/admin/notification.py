"""Notifications, to be looked at; letters can be cancelled and repaired."""

import uuid

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import F, Q, QuerySet, Value
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from notifications.admin.letter_check import picture_for
from notifications.admin.letter_pages import pages_url
from notifications.admin.letter_steps import LetterSteps
from notifications.admin.message_page import pages_of_personal_data
from notifications.models import Notification, hash_of


@admin.register(Notification)
class NotificationAdmin(LetterSteps):
    """One page a message, found by exact values; what is personal is shown to who says why."""

    list_display = ["id", "notification_type", "status", "service", "created_at", "sent_by"]
    list_filter = ["notification_type", "status", "key_type", "process_type"]
    list_select_related = ["service"]
    # Makes the search box appear; get_search_results does the search.
    search_fields = ["id"]
    search_help_text = (
        "Exactly one of: id of the notification, template or service; the caller's reference; "
        "the provider's reference; phone number (447700900123) or email address in lower case."
    )
    ordering = ["-created_at", "-id"]
    date_hierarchy = None

    def get_urls(self) -> list[URLPattern]:
        """Add what shows personal data, and pictures of the pages of letters."""
        view = self.admin_site.admin_view(self.letter_page)
        name = "notifications_notification_letter_page"
        own = path("<uuid:letter_id>/letter/page/<int:page>.png", view, name=name)
        personal = pages_of_personal_data(self)
        return [own, *personal, pages_url(self.admin_site), *super().get_urls()]

    def letter_page(self, request: HttpRequest, letter_id: uuid.UUID, page: int) -> HttpResponse:
        """Answer with a picture of a page."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return picture_for(request, self.get_object(request, str(letter_id)), page)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Notification], search_term: str
    ) -> tuple[QuerySet[Notification], bool]:
        """Find by one exact, indexed value."""
        term = search_term.strip()
        if not term:
            return queryset, False
        try:
            wanted = uuid.UUID(term)
        except ValueError:
            queryset = queryset.alias(reference_hash=hash_of(F("client_reference")))
            found = Q(reference_hash=hash_of(Value(term)), client_reference=term)
            found |= Q(reference=term)
            if request.user.has_perm("notifications.view_recipient"):
                queryset = queryset.alias(recipient_hash=hash_of(F("normalised_to")))
                found |= Q(recipient_hash=hash_of(Value(term)), normalised_to=term)
            return queryset.filter(found), False
        return queryset.filter(Q(id=wanted) | Q(template_id=wanted) | Q(service_id=wanted)), False
