"""Middleware of the admin site: sessions end when they are left alone, and are good enough."""

from collections.abc import Callable
from typing import Final

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse

from notify_project import clock
from services.accounts.factors import has_factor, may_go_on
from services.models import User
from services.session_store import SEEN
from services.sessions import was_left_alone

GetResponse = Callable[[HttpRequest], HttpResponseBase]
_SITE: Final = "/admin/"
# What one needs to sign in, to set a factor up, and to leave.
_OPEN: Final = ("/admin/login/", "/admin/logout/", "/admin/account/", "/admin/jsi18n/")
# A session is written at most so often because it is used.
_WRITE_SECONDS: Final = 60


class SignedIn:
    """Middleware, after Django's of sessions and of people."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Let a request to the site pass, or send its person where they can go on."""
        if request.path_info.startswith(_SITE) and isinstance(request.user, User):
            if was_left_alone(request):
                logout(request)
                messages.info(request, "You were away for a while: sign in again.")
                return redirect_to_login(request.get_full_path(), reverse("account_login"))
            self._write_use(request)
            if not request.path_info.startswith(_OPEN) and not may_go_on(request, request.user):
                return self._to_factors(request, request.user)
        return self._get_response(request)

    def _write_use(self, request: HttpRequest) -> None:
        now = clock.now().timestamp()
        if now - request.session.get(SEEN, now) > _WRITE_SECONDS:
            request.session[SEEN] = now

    def _to_factors(self, request: HttpRequest, user: User) -> HttpResponseBase:
        if has_factor(user):
            logout(request)
            messages.info(request, "Sign in with your second factor.")
            return redirect_to_login(request.get_full_path(), reverse("account_login"))
        messages.warning(request, "Set up a second factor first: your role needs one.")
        return HttpResponseRedirect(reverse("mfa_index"))
