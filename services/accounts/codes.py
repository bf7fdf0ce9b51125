"""Codes that apps show: each lets in once, whichever process is asked."""

from typing import Any

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, BaseAuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.db import transaction

from notify_project.encryption import decrypt

# The number of the code that was used last, beside its secret.
_LAST = "last_counter"


def spend(app: Authenticator, code: str) -> bool:
    """Use a code that is right, and return whether it, or a later one, had not been used yet."""
    with transaction.atomic():
        row = Authenticator.objects.select_for_update().get(pk=app.pk)
        secret = decrypt(row.data["secret"])
        fitting = [
            counter
            for counter in yield_hotp_counters_from_time()
            if compare_user_code(
                actual=code, expected=format_hotp_value(hotp_value(secret, counter))
            )
        ]
        if not fitting or max(fitting) <= row.data.get(_LAST, 0):
            return False
        row.data[_LAST] = max(fitting)
        row.save(update_fields=["data"])
        app.data = row.data
    return True


class _Once(BaseAuthenticateForm):
    """A form that takes a code once: the library remembers them for one process alone."""

    authenticator: Any

    def clean_code(self) -> str:
        """Want one that was not used."""
        code = str(super().clean_code())
        app = self.authenticator
        if app.type == Authenticator.Type.TOTP and not spend(app, code):
            self._emit_authentication_failed(app)
            raise get_adapter().validation_error("incorrect_code")
        return code


class CodeForm(_Once, AuthenticateForm):
    """The second step of signing in."""


class CodeAgainForm(_Once, ReauthenticateForm):
    """A code, before a grave act."""
