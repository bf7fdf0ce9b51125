"""The rows that bills are made of, and the messages behind each."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.decorators import action

from billing.explain import PAGE, Wanted, messages_behind
from billing.models import FactBilling
from notifications.models import ReportRequest
from notify_project.admin.links import find_url
from notify_project.admin.pages import BigTableAdmin
from notify_project.admin.tables import link
from services.models import Service

_COLUMNS = [
    "bst_date",
    "service_id",
    "template_id",
    "notification_type",
    "provider",
    "postage",
    "international",
    "rate_multiplier",
    "rate",
    "billable_units",
    "notifications_sent",
]


@admin.register(FactBilling)
class FactBillingAdmin(BigTableAdmin[FactBilling]):
    """One row a day, template, provider, price and the like; history says the rest."""

    list_display: ClassVar[list[str]] = [
        name for name in _COLUMNS if name not in {"template_id", "international"}
    ]
    list_filter: ClassVar[list[str]] = ["notification_type"]
    search_fields: ClassVar[list[str]] = ["=service_id", "=template_id", "=bst_date"]
    search_help_text = "Id of a service or template, or a day written YYYY-MM-DD."
    ordering: ClassVar[list[str]] = ["-bst_date", "-id"]
    fields: ClassVar[list[str]] = [
        *("bst_date", "of_service", "of_template"),
        *(name for name in _COLUMNS if name not in {"bst_date", "service_id", "template_id"}),
        "messages",
    ]
    readonly_fields: ClassVar[list[str]] = ["of_service", "of_template", "messages"]
    actions_detail: ClassVar[list[str]] = ["all_messages"]

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        """Find the row, with its messages: the page asks five times for the value of a field."""
        row: Any = super().get_object(request, object_id, from_field)
        if row is not None:
            row.links = _links_to_messages(row)
        return row

    @action(description="All its messages as CSV", url_path="all-messages")  # type: ignore[untyped-decorator]
    def all_messages(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Lead to where a report of the very messages behind the row is asked for."""
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        query = {
            "kind": ReportRequest.Kind.MESSAGES.value,
            "first_day": row.bst_date,
            "last_day": row.bst_date,
            "service": row.service_id,
            "fact": row.pk,
        }
        return HttpResponseRedirect(find_url("admin:notifications_reportrequest_add", **query))

    @admin.display(description="Service")
    def of_service(self, row: FactBilling) -> SafeString:
        """Lead to the service."""
        page = reverse("admin:services_service_change", args=[row.service_id])
        return link(page, row.service_id)

    @admin.display(description="Template")
    def of_template(self, row: FactBilling) -> SafeString:
        """Lead to the template."""
        page = reverse("admin:templates_app_template_change", args=[row.template_id])
        return link(page, row.template_id)

    @admin.display(description=f"Messages behind it, {PAGE} at most")
    def messages(self, row: Any) -> SafeString:
        """Show which messages a row counts, as history knows them now."""
        links: SafeString = row.links
        return links


def _links_to_messages(row: FactBilling) -> SafeString:
    wanted = Wanted(
        row.bst_date,
        row.bst_date,
        notification_type=row.notification_type,
        template_id=row.template_id,
        postage=None if row.postage == "none" else row.postage,
        rate=row.rate,
    )
    found = messages_behind(Service.objects.get(id=row.service_id), wanted)
    page = reverse("admin:notifications_notification_changelist")
    lines = (
        (
            link(f"{page}?q={each.id}", each.id),
            each.status,
            "1 unit" if each.billable_units == 1 else f"{each.billable_units} units",
        )
        for each in found
        if each.dimensions
        and (each.dimensions.provider, each.dimensions.rate_multiplier)
        == (row.provider, row.rate_multiplier)
    )
    return format_html("<ul>{}</ul>", format_html_join("", "<li>{} {}, {}</li>", lines))
