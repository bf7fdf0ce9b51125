"""The reason that a form asks for beside what it changes."""

from collections.abc import Sequence

from django import forms
from django.core.exceptions import ValidationError
from unfold.widgets import UnfoldAdminTextInputWidget

from notify_project.api.errors import ApiError
from notify_project.reasons import MOST_CHARACTERS, UNSAID, require_reason


def _why(*, required: bool) -> forms.CharField:
    return forms.CharField(
        label="Why?",
        required=required,
        max_length=MOST_CHARACTERS,
        help_text="It is kept with the audit, so name nobody.",
        error_messages={"required": UNSAID},
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )


class WhyForm(forms.Form):
    """A form that always asks why.

    Attributes:
        naming: recipients, whom the reason must not name.
    """

    reason = _why(required=True)
    naming: Sequence[str] = ()

    def clean_reason(self) -> str:
        """Want a reason that can be kept."""
        try:
            return require_reason(self.cleaned_data["reason"], naming=self.naming)
        except ApiError as error:
            raise ValidationError(error.message) from error


class ReasonedForm(WhyForm):
    """A form whose changes have a reason; one that changes nothing needs none."""

    reason = _why(required=False)

    def clean_reason(self) -> str:
        """Want a reason for whatever is changed."""
        return super().clean_reason() if self.changed() else str(self.cleaned_data["reason"])

    def changed(self) -> list[str]:
        """Return the names of what is changed; what the page showed, and why, is no change."""
        return [name for name in self.changed_data if name not in {"reason", "shown"}]
