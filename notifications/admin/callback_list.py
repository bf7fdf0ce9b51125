"""The list of what services must be told: narrowed down freely, and never counted."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from notifications.admin import message_filters
from notifications.admin.newest_list import NewestList
from notifications.models import CallbackDelivery
from notifications.support import lists
from notify_project.admin.by_key import KeyPages
from notify_project.admin.filters import ChoiceFilter, PeriodFilter
from notify_project.admin.links import find_url
from notify_project.admin.london import created_column
from notify_project.admin.tables import link
from notify_project.admin.words import in_words, word_column
from notify_project.newest import Found
from services.models import CallbackType


class StateFilter(ChoiceFilter):
    """How far the telling has come."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """All there are."""
        return [(state.value, in_words(state.label)) for state in CallbackDelivery.State]


class CallbackTypeFilter(ChoiceFilter):
    """What the service is told of."""

    title = "kind"
    parameter_name = "callback_type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """All there are."""
        return [(kind.value, in_words(kind.label)) for kind in CallbackType]


class CallbackList(NewestList[CallbackDelivery]):
    """Calls of services, newest first."""

    list_display = [
        *("created", "service_name", "kind", "subject", "how_far", "attempts"),
        "last_answer",
    ]
    list_filter = [PeriodFilter, StateFilter, CallbackTypeFilter, message_filters.BY_SERVICE]
    not_listed = ("payload",)
    search_help_text = "Id of a call (webhook-id), or of the message that it tells of."

    created = created_column("since, in London")
    kind = word_column("callback_type", "told of")
    how_far = word_column("state", "state")

    @admin.display(description="its id")
    def subject(self, call: CallbackDelivery) -> SafeString:
        """Lead to what the service is told of."""
        return link(find_url("admin-find", q=call.subject_id), call.subject_id)

    @admin.display(description="last answer")
    def last_answer(self, call: CallbackDelivery) -> str:
        """Show the status, or what went wrong before there was one."""
        return str(call.last_response_code or call.last_error or "none yet")

    def find_filtered(self, pages: KeyPages) -> Found:
        """Return the ids of a page's calls."""
        question = lists.callbacks(
            lists.service_ids(pages.services(message_filters.SERVICE)),
            callback_type=pages.value("callback_type"),
            state=pages.value("state"),
        )
        return pages.newest(question)

    def find_by_id(
        self, rows: QuerySet[CallbackDelivery], wanted: UUID
    ) -> QuerySet[CallbackDelivery]:
        """Find the call itself, or those that tell of one thing."""
        # The index on what is told of begins with the kind.
        of_subject = Q(callback_type__in=CallbackType.values, subject_id=wanted)
        return rows.filter(Q(id=wanted) | of_subject)
