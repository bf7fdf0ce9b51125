"""Providers: on, off, and how much each carries."""

from datetime import datetime
from typing import Any, cast

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.safestring import SafeString

from notifications.admin.provider_tables import Tables
from notifications.delivery.health import circuit_of
from notifications.models import ProviderDetails, ProviderDetailsHistory
from notify_project import audit, clock
from notify_project.admin.pages import StaffAdmin
from notify_project.clock import LONDON
from notify_project.constants import NotificationType
from notify_project.versioning import save_versioned
from services.models import User


class ProviderForm(ModelForm[ProviderDetails]):
    """What support staff may change about a provider."""

    class Meta:
        model = ProviderDetails
        fields = [
            "active",
            "priority",
            "resting_priority",
            "automation_paused_until",
            "supports_international",
            "gives_receipts",
            "reason",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The reason of the last change is among the changes below; the next one has its own.
        self.initial["reason"] = ""
        if "reason" not in self.fields:  # shown to who may only look
            return
        self.fields["reason"].help_text = "Why, anew for each change. It is kept, so name nobody."

    def clean_reason(self) -> str:
        """Want a reason for whatever is changed."""
        reason = str(self.cleaned_data["reason"]).strip()
        if self.changed_data and not reason:
            raise ValidationError("Say why: each change has its own reason.")
        return reason

    def clean_active(self) -> bool:
        """Keep a provider of texts and of emails switched on; letters wait for a printer."""
        active = bool(self.cleaned_data["active"])
        others = ProviderDetails.objects.filter(
            notification_type=self.instance.notification_type, active=True
        ).exclude(pk=self.instance.pk)
        may_rest = self.instance.notification_type == NotificationType.LETTER
        if not (active or may_rest or others.exists()):
            raise ValidationError("At least one provider of a channel must stay active.")
        return active


@admin.register(ProviderDetails)
class ProviderDetailsAdmin(StaffAdmin[ProviderDetails]):
    """One row a provider and channel; each change is kept with who and why."""

    form = ProviderForm
    list_display = [
        "display_name",
        "notification_type",
        "active",
        "priority",
        "resting_priority",
        "answers",
        "version",
    ]
    list_filter = ["notification_type", "active"]
    list_select_related = ["health"]
    ordering = ["notification_type", "identifier"]
    readonly_fields = ["answers", "last_minutes", "last_hours", "changes"]

    @admin.display(description="Answers")
    def answers(self, row: ProviderDetails) -> str:
        """Whether messages are sent there, or only probes."""
        opened_at = circuit_of(row).opened_at
        return (
            "yes" if opened_at is None else f"not since {opened_at.astimezone(LONDON):%d %b %H:%M}"
        )

    @admin.display(description="Calls by minute")
    def last_minutes(self, row: Any) -> SafeString:
        """What it did in the last hour; unknown outcomes are no errors."""
        return cast("Tables", row.tables).minutes

    @admin.display(description="Calls by hour")
    def last_hours(self, row: Any) -> SafeString:
        """What it did in the last two days."""
        return cast("Tables", row.tables).hours

    @admin.display(description="Changes")
    def changes(self, row: Any) -> SafeString:
        """Who changed what, and why."""
        return cast("Tables", row.tables).changes

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        """Find the row, with its tables: the page asks five times for the value of a field."""
        row = super().get_object(request, object_id, from_field)
        if row is not None:
            row.tables = Tables.of(row, clock.now())
        return row

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Providers come with the code."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """History refers to them."""
        return False

    def save_model(
        self,
        request: HttpRequest,
        obj: ProviderDetails,
        form: Any,
        change: bool,  # noqa: FBT001
    ) -> None:
        """Save as a new version and leave an audit event."""
        if not form.changed_data:
            return
        after = {name: form.cleaned_data[name] for name in form.changed_data}
        # Weights move by themselves while the form is open: only what was changed is written.
        row = ProviderDetails.objects.select_for_update(no_key=True).get(pk=obj.pk)
        for name, value in after.items():
            setattr(row, name, value)
        row.created_by_id = request.user.pk
        save_versioned(row, ProviderDetailsHistory)
        audit.record(
            "change provider",
            row,
            actor=cast("User", request.user),
            after={
                name: value.isoformat() if isinstance(value, datetime) else value
                for name, value in after.items()
            },
            reason=row.reason,
        )
