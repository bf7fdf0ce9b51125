"""What django-allauth asks of this platform: who may come in, and where secrets are kept."""

from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from notify_project import clock
from notify_project.admin.elevation import is_elevated
from notify_project.encryption import decrypt, encrypt
from services.models import User
from services.session_store import BROWSER, SEEN, STARTED
from services.sign_in import is_locked, record_success

# What no person is told twice: the page shows that they are in.
_SILENT = frozenset({"account/messages/logged_in.txt", "account/messages/logged_out.txt"})
REFUSED = "You cannot sign in here. Ask an administrator."


class AccountAdapter(DefaultAccountAdapter):
    """Lets in who has an account for this site; nobody makes themselves one."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "The address or the password is wrong, or you are locked out.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Accounts are made by administrators."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address that calls; behind a socket there is none."""
        return str(request.META.get("REMOTE_ADDR") or "0.0.0.0")  # noqa: S104 - nothing listens

    def pre_login(self, request: HttpRequest, user: User, **more: Any) -> HttpResponse | None:
        """Refuse who may not use the site, however they showed who they are."""
        if not user.is_active or not user.is_staff or is_locked(user):
            return self.respond_user_inactive(request, user)
        return cast("HttpResponse | None", super().pre_login(request, user, **more))

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:  # noqa: ARG002
        """Say no more than that."""
        messages.error(request, REFUSED)
        return HttpResponseRedirect(reverse("account_login"))

    def login(self, request: HttpRequest, user: User) -> None:
        """Begin the session, unless too many wrong codes were given meanwhile."""
        user.refresh_from_db(fields=["failed_login_count"])
        if is_locked(user):
            raise ImmediateHttpResponse(self.respond_user_inactive(request, user))
        super().login(request, user)
        now = clock.now().timestamp()
        browser = request.META.get("HTTP_USER_AGENT", "")[:200]
        request.session.update({STARTED: now, SEEN: now, BROWSER: browser})

    def post_login(self, request: HttpRequest, user: User, **more: Any) -> HttpResponse:
        """Audit that somebody came in, and with what."""
        records = get_authentication_records(request, user)
        record_success(user, sorted({record.get("type", record["method"]) for record in records}))
        return cast("HttpResponse", super().post_login(request, user, **more))

    def reauthenticate(self, user: User, password: str) -> bool:
        """Tell whether this is the person's password."""
        found = self.authenticate(context.request, email=user.email_address, password=password)
        return found is not None and found.pk == user.pk

    def is_reauthentication_required(self, *, app: str, **more: Any) -> bool:  # noqa: ARG002
        """Ask again before factors are changed, as before every grave act."""
        return not is_elevated(context.request)

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        *args: Any,
        **more: Any,
    ) -> None:
        """Leave out what the page shows anyway."""
        if message_template not in _SILENT:
            super().add_message(request, level, message_template, *args, **more)


class FactorAdapter(DefaultMFAAdapter):
    """Keeps the secrets of second factors encrypted."""

    def encrypt(self, text: str) -> str:
        """Encrypt what the database keeps."""
        return encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Decrypt it."""
        return decrypt(encrypted_text)

    def generate_authenticator_name(self, user: User, type: str) -> str:  # noqa: A002
        """Name a passkey whose owner gave it no name."""
        del type
        return f"Passkey {Authenticator.objects.filter(user=user, type='webauthn').count() + 1}"

    def send_notification_mail(self, *args: Any, **more: Any) -> None:
        """Send nothing: the audit tells, and the platform may have no way out for emails."""
