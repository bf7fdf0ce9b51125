"""Texts that people sent to services: who, and what they say, only with a reason."""

from typing import Any, ClassVar, cast

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.cache import add_never_cache_headers
from unfold.decorators import action

from notifications.admin import message_filters
from notifications.admin.newest_list import NewestList
from notifications.models import InboundSms
from notifications.support import lists
from notifications.support.masked import masked
from notifications.support.see_received import see_received_text
from notify_project.admin.by_key import KeyPages
from notify_project.admin.filters import PeriodFilter
from notify_project.admin.london import created_column
from notify_project.api.errors import ApiError
from notify_project.constants import NotificationType
from notify_project.newest import Found
from services.models import User


@admin.register(InboundSms)
class InboundSmsAdmin(NewestList[InboundSms]):
    """Received texts, newest first; the sender is hinted at to those who may know."""

    list_display: ClassVar[list[str]] = ["received", "service_name", "notify_number", "provider"]
    list_filter = [PeriodFilter, message_filters.BY_SERVICE]
    not_listed = ("content",)
    search_help_text = "Id of a text. Senders are looked for on the page Find."
    fields: ClassVar[list[str]] = [
        *("id", "service", "notify_number", "masked_sender", "provider", "provider_reference"),
        *("provider_date", "created_at"),
    ]
    readonly_fields: ClassVar[list[str]] = ["masked_sender"]
    actions_detail: ClassVar[list[str]] = ["see"]

    received = created_column("received, in London")

    def get_list_display(self, request: HttpRequest) -> Any:
        """Hint at the sender to those who may see it."""
        if not self.has_see_permission(request):
            return self.list_display
        return [self.list_display[0], "masked_sender", *self.list_display[1:]]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Hint at the sender to those who may see it."""
        hidden = set() if self.has_see_permission(request) else {"masked_sender"}
        return [name for name in self.fields if name not in hidden]

    def find_filtered(self, pages: KeyPages) -> Found:
        """Return the ids of a page's texts."""
        services = lists.service_ids(pages.services(message_filters.SERVICE))
        return pages.newest(lists.received_texts(services))

    def has_see_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        """It takes the right to see recipients."""
        return request.user.has_perm("notifications.view_recipient")

    @action(description="Show sender and text", url_path="see", permissions=["see"])  # type: ignore[untyped-decorator]
    def see(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask for a reason; then show who sent the text and what it says."""
        text = self.get_object(request, object_id)
        if text is None or not self.has_view_permission(request, text):
            raise Http404
        context: dict[str, Any] = {"title": "Sender and text", "text": text, "opts": self.opts}
        if request.method == "POST":
            try:
                context["sender"], context["content_of_text"] = see_received_text(
                    text,
                    actor=cast("User", request.user),
                    reason=request.POST.get("reason", "")[:500],
                )
            except ApiError as error:
                context["error"] = error.message
        page = "admin/notifications/inboundsms/see.html"
        answer = TemplateResponse(
            request, page, {**self.admin_site.each_context(request), **context}
        )
        add_never_cache_headers(answer)
        return answer

    @admin.display(description="from")
    def masked_sender(self, row: InboundSms) -> str:
        """Hint at it."""
        return masked(NotificationType.SMS, row.user_number)
