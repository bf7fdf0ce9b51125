"""Whose logo emails show."""

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.html import format_html
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldBooleanWidget

from notify_project.admin.asking import AsksWhy
from notify_project.admin.names import short
from notify_project.admin.pages import UseCaseAdmin
from notify_project.admin.reasons import ReasonedForm
from notify_project.admin.stale import MergingForm
from notify_project.api.errors import ApiError
from services.branding.logos import MAX_BYTES, logo_name, logo_url
from services.branding.saving import clean, save_branding
from services.models import EmailBranding, User

COLUMNS = ["name", "brand_type", "colour", "text", "alt_text", "active"]
_FIELDS = (
    "name",
    "brand_type",
    "colour",
    "shown_logo",
    "logo_file",
    "remove_logo",
    "text",
    "alt_text",
    "active",
)


class BrandingForm(ReasonedForm, MergingForm[EmailBranding]):
    """Refuses what the use case would refuse, before anything is saved."""

    logo_file = forms.FileField(
        label="Logo",
        required=False,
        widget=UnfoldAdminFileFieldWidget,
        help_text="PNG, JPEG or GIF, at most 1 MB; shown 27 pixels high beside a text, else 54.",
    )
    remove_logo = forms.BooleanField(required=False, widget=UnfoldBooleanWidget)

    class Meta:
        model = EmailBranding
        fields = COLUMNS

    def clean(self) -> dict[str, Any]:
        """Check the values together; the use case words every refusal."""
        cleaned = self.merge(super().clean() or {})
        if cleaned.get("remove_logo"):
            self.instance.logo = None
        values = {name: cleaned[name] for name in COLUMNS if name in cleaned}
        candidate = EmailBranding(id=self.instance.id, logo=self.instance.logo, **values)
        upload = cleaned.get("logo_file")
        try:
            if upload:
                cleaned["logo_content"] = upload.read(MAX_BYTES + 1)
                candidate.logo = logo_name(cleaned["logo_content"])
            if not self.errors:
                clean(candidate)
        except ApiError as error:
            raise ValidationError(error.message) from error
        return cleaned | {name: getattr(candidate, name) for name in values}

    def _get_validation_exclusions(self) -> set[str]:
        """Leave the model's checks to the use case: nobody knows the names of constraints."""
        return {field.name for field in EmailBranding._meta.fields}  # noqa: SLF001 - Django's own way


@admin.register(EmailBranding)
class EmailBrandingAdmin(AsksWhy, UseCaseAdmin[EmailBranding]):
    """Brandings that services can be given."""

    form = BrandingForm
    list_display = ["short_name", "brand_type", "colour", "active"]
    list_filter = ["brand_type", "active"]
    search_fields = ["name"]
    search_help_text = "Part of a name."
    ordering = ["name"]
    readonly_fields = ["shown_logo"]

    def get_fields(self, request: HttpRequest, obj: EmailBranding | None = None) -> Any:
        """Let the page of a branding carry what it showed."""
        shown = ["shown"] if obj and self.has_change_permission(request, obj) else []
        return [*_FIELDS, "reason", *shown]

    @admin.display(description="name", ordering="name")
    def short_name(self, branding: EmailBranding) -> str:
        """Leave the other columns their place."""
        return short(branding.name)

    @admin.display(description="Today's logo")
    def shown_logo(self, branding: EmailBranding) -> str:
        """Show the logo as emails do."""
        if not branding.logo:
            return "none"
        html = '<img src="{}" alt="" style="height:54px;width:auto">'
        return format_html(html, logo_url(branding.logo))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Brandings are switched off, not deleted."""
        return False

    def save_model(
        self,
        request: HttpRequest,
        obj: EmailBranding,
        form: Any,
        change: bool,  # noqa: FBT001 - Django's signature
    ) -> None:
        """Save through the use case."""
        logo = form.cleaned_data.get("logo_content")
        save_branding(obj, actor=cast("User", request.user), logo=logo)
