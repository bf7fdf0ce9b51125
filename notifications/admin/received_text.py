"""Texts that people sent to services: who, and what they say, only with a reason."""

from typing import Any, ClassVar, cast

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.cache import add_never_cache_headers
from django.utils.safestring import SafeString
from unfold.decorators import action

from notifications.admin import message_filters
from notifications.models import InboundSms
from notifications.support import lists
from notifications.support.masked import masked
from notifications.support.see_received import see_received_text
from notify_project import clock
from notify_project.admin.by_key import ByKeyAdmin, KeyPages
from notify_project.admin.filters import PeriodFilter
from notify_project.admin.london import when
from notify_project.admin.names import short
from notify_project.api.errors import ApiError
from notify_project.constants import NotificationType
from notify_project.newest import Found, find_newest
from services.models import User


@admin.register(InboundSms)
class InboundSmsAdmin(ByKeyAdmin[InboundSms]):
    """Received texts, newest first; the sender is hinted at to those who may know."""

    list_display: ClassVar[list[str]] = ["received", "service_name", "notify_number", "provider"]
    list_filter = [PeriodFilter, message_filters.BY_SERVICE]
    list_select_related = ["service"]
    not_listed = ("content",)
    search_fields = ["=id"]
    search_help_text = "Id of a text. Senders are looked for on the page Find."
    ordering = ["-created_at", "-id"]
    service_path = "service"
    fields: ClassVar[list[str]] = [
        *("id", "service", "notify_number", "masked_sender", "provider", "provider_reference"),
        *("provider_date", "created_at"),
    ]
    readonly_fields: ClassVar[list[str]] = ["masked_sender"]
    actions_detail: ClassVar[list[str]] = ["see"]

    def get_list_display(self, request: HttpRequest) -> Any:
        """Hint at the sender to those who may see it."""
        if not self.has_see_permission(request):
            return self.list_display
        return [self.list_display[0], "masked_sender", *self.list_display[1:]]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Hint at the sender to those who may see it."""
        hidden = set() if self.has_see_permission(request) else {"masked_sender"}
        return [name for name in self.fields if name not in hidden]

    def find_page(self, request: HttpRequest, pages: KeyPages) -> Found:
        """Read the page."""
        if pages.query.strip():
            return Found(list(pages.queryset.values_list("id", flat=True)[: self.list_per_page]))
        services = lists.service_ids(pages.services(message_filters.SERVICE))
        question = pages.period().within(lists.received_texts(services))
        return find_newest(question, size=self.list_per_page, place=pages.place)

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

    @admin.display(description="received, in London")
    def received(self, row: InboundSms) -> SafeString:
        """Show when, and how long ago that is."""
        return when(row.created_at, clock.now())

    @admin.display(description="from")
    def masked_sender(self, row: InboundSms) -> str:
        """Hint at it."""
        return masked(NotificationType.SMS, row.user_number)

    @admin.display(description="service")
    def service_name(self, row: InboundSms) -> str:
        """Show the name, shortened."""
        return short(row.service.name)
