"""Basic authentication, for programs of others that call us. Source: RFC 7617."""

import base64
import hmac
from collections.abc import Iterable

from rest_framework.response import Response

from notify_project.api.errors import AuthError


def may_enter(authorization: str | None, logins: Iterable[str]) -> bool:
    """Check the credentials of a request; False means that it has none.

    Args:
        authorization: the header.
        logins: ``name:password``, each of which opens.

    Raises:
        AuthError: it has wrong ones.
    """
    scheme, _, encoded = (authorization or "").partition(" ")
    if scheme.lower() != "basic":
        return False
    try:
        given = base64.b64decode(encoded.strip(), validate=True)
    except ValueError:
        given = b""
    # All are compared, so that the time it takes says nothing of which was close.
    opened = [hmac.compare_digest(given, login.encode()) for login in logins]
    if not any(opened):
        raise AuthError("Wrong username or password")
    return True


def login_wanted() -> Response:
    """Return the answer to a request without credentials."""
    return Response(
        {"result": "error", "message": "Unauthorized; basic authentication required"},
        status=401,
        headers={"WWW-Authenticate": "Basic"},
    )
