"""How callers of the management API show who they are.

Support staff with their session, people with a token of their own, programs of the installation
with its secret.
"""

import time
from typing import Any

import jwt
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from rest_framework.authentication import BaseAuthentication, CSRFCheck
from rest_framework.request import Request

from notify_project.api.errors import AuthError, Forbidden
from services.accounts.factors import may_go_on
from services.api.authentication import LEEWAY_SECONDS, WRONG_CLOCK, bearer_token
from services.models import User
from services.personal_tokens import PREFIX, find_token
from services.principal import Principal
from services.sessions import was_left_alone

ISSUER = "notify-admin"
READING = frozenset({"GET", "HEAD", "OPTIONS"})


class CallerAuthentication(BaseAuthentication):
    """A token of a person or of a program of ours, else the session of support staff.

    What the caller may do is for the view to ask.
    """

    def authenticate(self, request: Request) -> tuple[Any, Principal]:
        """Return the person, if it is one, and who calls.

        Raises:
            AuthError: neither a token nor a session of support staff.
        """
        user = getattr(request._request, "user", None)  # noqa: SLF001 - DRF's way to Django's request
        if "HTTP_AUTHORIZATION" not in request.META and user is not None and user.is_active:
            _require_staff(request, user)
            return user, Principal(user)
        token = bearer_token(request)
        if token.startswith(PREFIX):
            return _person_of(token)
        _require_valid(token)
        return None, Principal(None)

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002
        """Name the scheme."""
        return "Bearer"


class InternalAuthentication(CallerAuthentication):
    """Support staff and programs of ours alone, for views that ask nothing else of a caller."""

    def authenticate(self, request: Request) -> tuple[Any, Principal]:
        """Return the person, if it is one, and who calls.

        Raises:
            AuthError: neither a token nor a session of support staff.
            Forbidden: a member of a team, or a token for one service, or for reading alone.
        """
        user, principal = super().authenticate(request)
        if not principal.is_platform:
            raise Forbidden("Support staff only")
        if request.method not in READING and not principal.may_write:
            raise Forbidden("This token may only read")
        return user, principal


def _person_of(secret: str) -> tuple[User, Principal]:
    token = find_token(secret)
    if token is None:
        raise AuthError("Invalid token: unknown, expired or revoked")
    return token.user, Principal(token.user, token.scope, token.service_id)


def _no_view(_request: HttpRequest) -> HttpResponse:
    """Stand in for the view that the check is told of and never calls."""
    return HttpResponse()


def _require_staff(request: Request, user: Any) -> None:
    if not user.is_staff:
        raise AuthError("Forbidden: support staff only")
    page_request = request._request  # noqa: SLF001 - DRF's way to Django's request
    if was_left_alone(page_request):
        raise AuthError("Forbidden: the session has ended, sign in again")
    if not may_go_on(page_request, user):
        raise AuthError("Forbidden: sign in with a second factor")
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
