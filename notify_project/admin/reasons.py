"""The reason that a form asks for beside what it changes."""

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextInputWidget

from notify_project import audit
from notify_project.api.errors import ApiError
from notify_project.reasons import MOST_CHARACTERS, require_reason


class ReasonedForm(forms.Form):
    """A form whose changes have a reason; one that changes nothing needs none."""

    reason = forms.CharField(
        label="Why?",
        required=False,
        max_length=MOST_CHARACTERS,
        help_text="It is kept with the audit, so name nobody.",
        widget=UnfoldAdminTextInputWidget,
    )

    def clean_reason(self) -> str:
        """Want a reason for whatever is changed."""
        reason = str(self.cleaned_data["reason"])
        # What the page showed is no change.
        if not set(self.changed_data) - {"reason", "shown"}:
            return reason
        try:
            return require_reason(reason)
        except ApiError as error:
            raise ValidationError(error.message) from error

    def given(self) -> tuple[dict[str, Any], str]:
        """Return the other fields, and the reason."""
        values = dict(self.cleaned_data)
        return values, values.pop("reason")


class AsksWhy(ModelAdmin[Any]):
    """A page whose form asks for a reason: the audit of all that it saves has it.

    To be named before the page's other bases, and its form after ``ReasonedForm``.
    """

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show or save; what is saved has passed the form, and so has its reason."""
        with audit.because(" ".join(request.POST.get("reason", "").split())):
            return cast("HttpResponse", super().changeform_view(request, *args, **kwargs))
