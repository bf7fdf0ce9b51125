"""Providers: on, off, and how much each carries."""

from typing import Any, cast

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms import ModelForm
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from notifications.models import ProviderDetails, ProviderDetailsHistory
from notify_project import audit
from notify_project.versioning import save_versioned
from services.models import User


class ProviderForm(ModelForm[ProviderDetails]):
    """What support staff may change about a provider."""

    class Meta:
        model = ProviderDetails
        fields = ["active", "priority", "supports_international", "gives_receipts", "reason"]

    def clean_active(self) -> bool:
        """Keep at least one provider of each channel switched on."""
        active = bool(self.cleaned_data["active"])
        others = ProviderDetails.objects.filter(
            notification_type=self.instance.notification_type, active=True
        ).exclude(pk=self.instance.pk)
        if not active and not others.exists():
            raise ValidationError("At least one provider of a channel must stay active.")
        return active


@admin.register(ProviderDetails)
class ProviderDetailsAdmin(ModelAdmin[ProviderDetails]):
    """One row a provider and channel; each change is kept with who and why."""

    form = ProviderForm
    list_display = ["display_name", "notification_type", "active", "priority", "version"]
    list_filter = ["notification_type", "active"]
    ordering = ["notification_type", "identifier"]

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
        obj.created_by_id = request.user.pk
        save_versioned(obj, ProviderDetailsHistory)
        after = {name: form.cleaned_data[name] for name in form.changed_data}
        audit.record(
            "change provider", obj, actor=cast("User", request.user), after=after, reason=obj.reason
        )
