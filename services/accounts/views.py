"""Pages of signing in and of second factors: django-allauth's, with the look of the admin site."""

from typing import Any, Final

from allauth.account.views import LoginView, ReauthenticateView
from allauth.mfa.base.views import AuthenticateView, IndexView
from allauth.mfa.base.views import ReauthenticateView as CodeAgainView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import (
    AddWebAuthnView,
    ReauthenticateWebAuthnView,
    RemoveWebAuthnView,
)
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest

from services.accounts.factors import needs_factor
from services.accounts.forms import styled

# Whose pages they are, with unfold's styles, but not yet the menu of who is signed in.
_ENTRANCE: Final = "admin/account/entrance.html"
_FORM: Final = "admin/account/form.html"


class _Page:
    """A page of the site with at most one form.

    Attributes:
        title: what it is for.
        text: what to do.
        button: what sends the form.
    """

    title = ""
    text = ""
    button = ""
    request: HttpRequest

    def get_form(self, *args: Any) -> Any:
        """Return the form with the look of the site."""
        return styled(super().get_form(*args))  # type: ignore[misc]  # of the other base

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the page shows."""
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        for name in ("form", "webauthn_form"):
            if name in context:
                styled(context[name])
        return {
            **admin.site.each_context(self.request),
            **context,
            "title": self.title,
            "text": self.text,
            "button": self.button,
            "is_optional": settings.ADMIN_TWO_FACTOR != "required",
        }


class SignIn(_Page, LoginView):
    """An address and a password, or a passkey."""

    template_name = _ENTRANCE
    title, button = "Sign in", "Sign in"
    extra_context = {"is_sign_in": True}


class SecondFactor(_Page, AuthenticateView):
    """The second step of signing in."""

    template_name = _ENTRANCE
    title, button = "Second factor", "Sign in"
    text = "Enter the code that your app shows, or one of your recovery codes."

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Offer passkeys to who has one."""
        context = super().get_context_data(**kwargs)
        keys = Authenticator.objects.filter(user=self.stage.login.user, type="webauthn")
        return context | {"has_passkey": keys.exists()}


class _StillYou(_Page):
    """Who is signed in proves it once more, before a grave act."""

    template_name = _ENTRANCE
    title, button = "Is it still you?", "Go on"


class PasswordAgain(_StillYou, ReauthenticateView):
    """By the password."""

    text = "What comes next is grave: enter your password once more."


class CodeAgain(_StillYou, CodeAgainView):
    """By a code."""

    text = "What comes next is grave: enter a code of your app."


class KeyAgain(_StillYou, ReauthenticateWebAuthnView):
    """By a passkey."""

    button = ""
    text = "What comes next is grave: use your passkey once more."


class Factors(_Page, IndexView):
    """What the person has set up."""

    template_name = "admin/account/factors.html"
    title = "Second factors"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say besides whether the person must have one."""
        context = super().get_context_data(**kwargs)
        return context | {"needs_factor": needs_factor(self.request.user)}  # type: ignore[arg-type]


class SetUpApp(_Page, ActivateTOTPView):
    """An app that shows codes."""

    template_name = _FORM
    title, button = "Set up an app", "Use this app"
    text = "Scan the picture with any app that shows such codes, then enter what it shows."


class RemoveApp(_Page, DeactivateTOTPView):
    """The app is used no more."""

    template_name = _FORM
    title, button = "Remove the app?", "Remove it"
    text = "Its codes let nobody in any more. If it is your only factor, recovery codes go with it."


class AddKey(_Page, AddWebAuthnView):
    """A passkey: of the machine, of a telephone or on a stick."""

    template_name = _FORM
    title, button = "Add a passkey", "Add it"
    text = "A passkey is kept by your computer, your telephone or a security key."


class RemoveKey(_Page, RemoveWebAuthnView):
    """A passkey is used no more."""

    template_name = _FORM
    title, button = "Remove this passkey?", "Remove it"
    text = "It lets nobody in any more. If it is your only factor, recovery codes go with it."


class RecoveryCodes(_Page, ViewRecoveryCodesView):
    """Codes for the day when the factor is lost, shown once."""

    template_name = "admin/account/recovery_codes.html"
    title = "Recovery codes"


class RenewRecoveryCodes(_Page, GenerateRecoveryCodesView):
    """New codes instead of the old."""

    template_name = _FORM
    title, button = "Make new recovery codes?", "Make them"
    text = "The old ones let nobody in any more. The new ones are shown once."
