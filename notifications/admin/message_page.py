"""The page of a message, of those that are there and of those that only history knows."""

from typing import Any, ClassVar, cast

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from notifications.admin.message_body import body
from notifications.admin.message_context import context_of
from notifications.admin.revealing import VIEWS
from notifications.support.timeline.facts import Message, with_days_kept
from notify_project.admin.pages import AnyModel, BigTableAdmin

# The one frame on the page is ours: a link in it that leads elsewhere loads nothing.
_POLICY = "frame-src 'self'; object-src 'none'; base-uri 'self'"


class MessagePage(BigTableAdmin[AnyModel]):
    """A page that tells what became of a message."""

    change_form_template = "admin/notifications/message/page.html"
    service_path: ClassVar[str | None] = "service"
    # The page is made of its own context; of the form nothing is shown.
    fields = ["id"]

    class Media:
        css: ClassVar[dict[str, list[str]]] = {"all": ["notifications/message.css"]}

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        """Return a row, which is read once a request however many ask for it."""
        if request.method != "GET" or from_field is not None:
            return super().get_object(request, object_id, from_field)
        read: dict[str, Any] = request.__dict__.setdefault("_messages_read", {})
        key = f"{self.opts.model_name} {object_id}"
        if key not in read:
            read[key] = super().get_object(request, object_id, from_field)
        return read[key]

    def get_queryset(self, request: HttpRequest) -> Any:
        """Read with a message what its page shows of it."""
        rows = super().get_queryset(request)
        match = request.resolver_match
        if match is None or "object_id" not in match.kwargs:
            return rows
        names = {field.name for field in self.opts.get_fields()}
        wanted = [name for name in ("service", "api_key", "job", "created_by") if name in names]
        return with_days_kept(rows.select_related(*wanted))

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show what became of a message."""
        row = self.get_object(request, object_id) if object_id and request.method == "GET" else None
        context = extra_context or {}
        if row is not None and self.has_view_permission(request, row):
            context |= context_of(request, cast("Message", row))
        response = cast(
            "HttpResponse", super().changeform_view(request, object_id, form_url, context)
        )
        response["Content-Security-Policy"] = _POLICY
        return response


def pages_of_personal_data(page: MessagePage[Any]) -> list[URLPattern]:
    """Return the routes by which personal data is shown and hidden, and the body of an email."""
    site = page.admin_site
    name = "notifications_notification"
    shown = [
        path(f"<uuid:message_id>/{word}/", site.admin_view(view), name=f"{name}_{word}")
        for word, view in VIEWS.items()
    ]
    return [*shown, path("<uuid:message_id>/body/", site.admin_view(body), name=f"{name}_body")]
