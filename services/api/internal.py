"""Who may use the management API: support staff with their session, or a program with a secret."""

import time
from typing import Any

import jwt
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from rest_framework.authentication import BaseAuthentication, CSRFCheck
from rest_framework.request import Request

from notify_project.api.errors import AuthError
from services.api.authentication import LEEWAY_SECONDS, WRONG_CLOCK, bearer_token

ISSUER = "notify-admin"


class InternalAuthentication(BaseAuthentication):
    """A signed token of a program of ours, else the session of a member of the support staff."""

    def authenticate(self, request: Request) -> tuple[Any, str]:
        """Return who calls, and how that is known.

        Raises:
            AuthError: neither a token nor a session of support staff.
        """
        user = getattr(request._request, "user", None)  # noqa: SLF001 - DRF's way to Django's request
        if "HTTP_AUTHORIZATION" not in request.META and user is not None and user.is_active:
            _require_staff(request, user)
            return user, "session"
        _require_valid(bearer_token(request))
        return None, "token"

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002
        """Name the scheme."""
        return "Bearer"


def _no_view(_request: HttpRequest) -> HttpResponse:
    """Stand in for the view that the check is told of and never calls."""
    return HttpResponse()


def _require_staff(request: Request, user: Any) -> None:
    if not user.is_staff:
        raise AuthError("Forbidden: support staff only")
    check = CSRFCheck(_no_view)
    check.process_request(request)
    if check.process_view(request, _no_view, (), {}):
        raise AuthError("Forbidden: CSRF token missing or incorrect")


def _require_valid(token: str) -> None:
    try:
        claims = jwt.decode(
            token,
            settings.INTERNAL_API_SECRET,
            algorithms=["HS256"],
            issuer=ISSUER,
            leeway=LEEWAY_SECONDS,
            options={"require": ["iss", "iat"]},
        )
    except jwt.PyJWTError as error:
        raise AuthError("Invalid token") from error
    # PyJWT refuses a token of the future; one of last year is as useful to a thief.
    if int(time.time()) - int(claims["iat"]) > LEEWAY_SECONDS:
        raise AuthError(WRONG_CLOCK)
