"""Forms of signing in, as the pages of the admin site look."""

from typing import Any

from allauth.account.forms import LoginForm
from django.forms import BaseForm
from unfold.widgets import INPUT_CLASSES


class SignInForm(LoginForm):  # type: ignore[misc]  # the library has no types
    """An address and a password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = "Email address"
        self.fields["login"].widget.attrs |= {"autofocus": True, "autocomplete": "username"}

    def add_prefix(self, field_name: str) -> str:
        """Call the address what password managers and Django's own page call it."""
        return "username" if field_name == "login" else str(super().add_prefix(field_name))


def styled(form: BaseForm) -> BaseForm:
    """Give the form's fields the look of the site."""
    for field in form.fields.values():
        widget: Any = field.widget
        if getattr(widget, "input_type", "") in {"text", "password", "email"}:
            widget.attrs["class"] = " ".join(INPUT_CLASSES)
            widget.attrs.pop("placeholder", None)
    return form
