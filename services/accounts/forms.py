"""Forms of signing in, as the pages of the admin site look."""

from typing import Any

from allauth.account.forms import LoginForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django.forms import BaseForm
from unfold.widgets import INPUT_CLASSES


class SignInForm(LoginForm):
    """An address and a password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = "Email address"
        self.fields["login"].widget.attrs |= {"autofocus": True, "autocomplete": "username"}

    def add_prefix(self, field_name: str) -> str:
        """Call the address what password managers and Django's own page call it."""
        return "username" if field_name == "login" else str(super().add_prefix(field_name))


class AddKeyForm(AddWebAuthnForm):
    """A passkey, and whether it is enough by itself."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"name": "", "passwordless": True} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self.fields["name"].help_text = "By which you know it again, such as: my laptop."
        alone = self.fields["passwordless"]
        alone.label = "Sign in with it alone, without the password"
        alone.help_text = "It then asks for your fingerprint, your face or its PIN."


def styled(form: BaseForm) -> BaseForm:
    """Give the form's fields the look of the site."""
    for field in form.fields.values():
        widget: Any = field.widget
        if getattr(widget, "input_type", "") in {"text", "password", "email"}:
            widget.attrs["class"] = " ".join(INPUT_CLASSES)
            widget.attrs.pop("placeholder", None)
    return form
