"""The list of what services must be told: narrowed down freely, and never counted."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from notifications.admin import message_filters
from notifications.models import CallbackDelivery
from notifications.support import lists
from notify_project import clock
from notify_project.admin.by_key import ByKeyAdmin, KeyPages
from notify_project.admin.filters import ChoiceFilter, PeriodFilter
from notify_project.admin.london import when
from notify_project.admin.names import short
from notify_project.newest import Found, find_newest
from services.models import CallbackType


class StateFilter(ChoiceFilter):
    """How far the telling has come."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """All there are."""
        return [(state.value, str(state.label)) for state in CallbackDelivery.State]


class CallbackTypeFilter(ChoiceFilter):
    """What the service is told of."""

    title = "kind"
    parameter_name = "callback_type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """All there are."""
        return [(kind.value, str(kind.label)) for kind in CallbackType]


class CallbackList(ByKeyAdmin[CallbackDelivery]):
    """Calls of services, newest first."""

    list_display = [
        *("created", "service_name", "callback_type", "subject_id", "state", "attempts"),
        "last_response_code",
    ]
    list_filter = [PeriodFilter, StateFilter, CallbackTypeFilter, message_filters.BY_SERVICE]
    list_select_related = ["service"]
    not_listed = ("payload",)
    search_fields = ["id"]
    search_help_text = "Id of a call (webhook-id), or of the message that it tells of."
    ordering = ["-created_at", "-id"]
    service_path = "service"

    def find_page(self, request: HttpRequest, pages: KeyPages) -> Found:
        """Read the page."""
        if pages.query.strip():
            rows = pages.queryset.order_by(*self.ordering).values_list("id", flat=True)
            return Found(list(rows[: self.list_per_page]))
        question = lists.callbacks(
            lists.service_ids(pages.services(message_filters.SERVICE)),
            callback_type=pages.value("callback_type"),
            state=pages.value("state"),
        )
        within = pages.period().within(question)
        return find_newest(within, size=self.list_per_page, place=pages.place)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[CallbackDelivery], search_term: str
    ) -> tuple[QuerySet[CallbackDelivery], bool]:
        """Find by one exact, indexed value."""
        term = search_term.strip()
        if not term:
            return queryset, False
        try:
            wanted = UUID(term)
        except ValueError:
            return queryset.none(), False
        # The index on what is told of begins with the kind.
        of_subject = Q(callback_type__in=CallbackType.values, subject_id=wanted)
        return queryset.filter(Q(id=wanted) | of_subject), False

    @admin.display(description="since, in London")
    def created(self, row: CallbackDelivery) -> SafeString:
        """Show when, and how long ago that is."""
        return when(row.created_at, clock.now())

    @admin.display(description="service")
    def service_name(self, row: CallbackDelivery) -> str:
        """Show the name, shortened."""
        return short(row.service.name)
