"""The rows that bills are made of, and the messages behind each."""

from typing import ClassVar

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from billing.explain import PAGE, Wanted, messages_behind
from billing.models import FactBilling
from notify_project.admin.pages import BigTableAdmin
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
    fields: ClassVar[list[str]] = [*_COLUMNS, "messages"]
    readonly_fields: ClassVar[list[str]] = ["messages"]

    @admin.display(description=f"Messages behind it, {PAGE} at most")
    def messages(self, row: FactBilling) -> SafeString:
        """Show which messages a row counts, as history knows them now."""
        wanted = Wanted(
            row.bst_date,
            row.bst_date,
            notification_type=row.notification_type,
            template_id=row.template_id,
            postage=None if row.postage == "none" else row.postage,
            rate=row.rate,
        )
        found = messages_behind(Service.objects.get(id=row.service_id), wanted)
        alike = [
            each
            for each in found
            if each.dimensions
            and (each.dimensions.provider, each.dimensions.rate_multiplier)
            == (row.provider, row.rate_multiplier)
        ]
        lines = (
            (
                reverse("admin:notifications_notification_changelist"),
                each.id,
                each.id,
                each.status,
                each.billable_units,
            )
            for each in alike
        )
        return format_html(
            "<ul>{}</ul>",
            format_html_join("", '<li><a href="{}?q={}">{}</a> {}, {} units</li>', lines),
        )
