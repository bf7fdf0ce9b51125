"""Whose logo letters have."""

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.html import format_html
from unfold.widgets import UnfoldAdminFileFieldWidget

from notify_project.admin.asking import AsksWhy
from notify_project.admin.names import short
from notify_project.admin.pages import UseCaseAdmin
from notify_project.admin.reasons import ReasonedForm
from notify_project.admin.stale import MergingForm
from notify_project.api.errors import ApiError
from services.branding.letters import clean_letter_branding, letter_logo_name, save_letter_branding
from services.branding.logos import MAX_BYTES, logo_url
from services.models import LetterBranding, User


class LetterBrandingForm(ReasonedForm, MergingForm[LetterBranding]):
    """Refuses what the use case would refuse, before anything is saved."""

    logo_file = forms.FileField(
        label="Logo",
        required=False,
        widget=UnfoldAdminFileFieldWidget,
        help_text="PNG, at most 1 MB; printed as large as 110 by 25 mm allow, at the top left.",
    )

    class Meta:
        model = LetterBranding
        fields = ("name",)

    def clean(self) -> dict[str, Any]:
        """Check the values together; the use case words every refusal."""
        cleaned = self.merge(super().clean() or {})
        upload = cleaned.get("logo_file")
        candidate = LetterBranding(id=self.instance.id, filename=self.instance.filename)
        candidate.name = cleaned.get("name", "")
        try:
            if upload:
                cleaned["logo_content"] = upload.read(MAX_BYTES + 1)
                candidate.filename = letter_logo_name(cleaned["logo_content"])
            if not self.errors:
                clean_letter_branding(candidate)
        except ApiError as error:
            raise ValidationError(error.message) from error
        return cleaned | {"name": candidate.name}

    def _get_validation_exclusions(self) -> set[str]:
        """Leave the model's checks to the use case: nobody knows the names of constraints."""
        return {field.name for field in LetterBranding._meta.fields}  # noqa: SLF001 - Django's own way


@admin.register(LetterBranding)
class LetterBrandingAdmin(AsksWhy, UseCaseAdmin[LetterBranding]):
    """Logos that letters of services can be given."""

    form = LetterBrandingForm
    list_display = ["short_name", "created_at"]
    search_fields = ["name"]
    search_help_text = "Part of a name."
    ordering = ["name"]
    readonly_fields = ["shown_logo"]

    def get_fields(self, request: HttpRequest, obj: LetterBranding | None = None) -> Any:
        """Let the page of a branding carry what it showed."""
        shown = ["shown"] if obj and self.has_change_permission(request, obj) else []
        return ["name", "shown_logo", "logo_file", "reason", *shown]

    @admin.display(description="name", ordering="name")
    def short_name(self, branding: LetterBranding) -> str:
        """Leave the other columns their place."""
        return short(branding.name)

    @admin.display(description="Today's logo")
    def shown_logo(self, branding: LetterBranding) -> str:
        """Show the logo as letters do, on white."""
        if not branding.filename:
            return "none"
        html = (
            '<img src="{}" alt="" style="width:110mm;height:25mm;object-fit:contain;'
            'object-position:left top;background:#fff">'
        )
        return format_html(html, logo_url(branding.filename))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A service may have it, and an earlier version of a service."""
        return False

    def save_model(
        self,
        request: HttpRequest,
        obj: LetterBranding,
        form: Any,
        change: bool,  # noqa: FBT001 - Django's signature
    ) -> None:
        """Save through the use case."""
        logo = form.cleaned_data.get("logo_content")
        save_letter_branding(obj, actor=cast("User", request.user), logo=logo)
