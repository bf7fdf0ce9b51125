"""From a token to the service and the key that signed it."""

import time
from functools import lru_cache
from typing import Any, cast
from uuid import UUID

import jwt
from django.conf import settings
from jwt.algorithms import HMACAlgorithm
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from notify_project.api.errors import AuthError, Unauthorized
from services.caller import Caller
from services.read_models import KeyModel, ServiceModel, find_service

# Source: the API contract, token.
ALGORITHM = "HS256"
LEEWAY_SECONDS = 30
BEARER = "bearer "
WRONG_CLOCK = "Error: Your system clock must be accurate to within 30 seconds"
_HS256 = HMACAlgorithm(HMACAlgorithm.SHA256)


class TokenAuthentication(BaseAuthentication):
    """The API's own authentication. The order of refusals is contract."""

    def authenticate(self, request: Request) -> tuple[None, Caller]:
        """Return who calls.

        Raises:
            Unauthorized: no bearer token.
            AuthError: the token does not show who calls.
        """
        token = bearer_token(request)
        parts = _read(token)
        header, claims = parts["header"], parts["payload"]
        service = _service(claims)
        if header.get("alg") != ALGORITHM:
            raise AuthError("Invalid token: algorithm used is not HS256")
        key = _signing_key(service, token, parts["signature"])
        if key is None or claims.get("iat", claims) is claims:
            raise AuthError("Invalid token: API key not found")
        _require_fresh(claims)
        if key.revoked_at is not None:
            raise AuthError("Invalid token: API key revoked")
        return None, Caller(service, key)

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002
        """Name the scheme."""
        return "Bearer"


def caller_of(request: Request) -> Caller:
    """Return who calls, on a request that was authenticated."""
    return cast("Caller", request.auth)


def bearer_token(request: Request) -> str:
    """Return the token of the Authorization header.

    Raises:
        Unauthorized: there is none.
    """
    header: str = request.META.get("HTTP_AUTHORIZATION", "")
    if not header:
        raise Unauthorized("Unauthorized: authentication token must be provided")
    if header[: len(BEARER)].lower() != BEARER:
        raise Unauthorized("Unauthorized: authentication bearer scheme must be used")
    return header[len(BEARER) :].strip()


def _malformed() -> AuthError:
    return AuthError(
        "Invalid token: make sure your API token matches the example at "
        f"{settings.DOCUMENTATION_URL}"
    )


# Clients sign whole seconds: all that a busy one sends within a second has the same token.
@lru_cache(maxsize=256)
def _read(token: str) -> dict[str, Any]:
    """Return header, claims and signature, unverified; nobody may change them."""
    try:
        return dict(jwt.decode_complete(token, options={"verify_signature": False}))
    except (jwt.PyJWTError, ValueError, RecursionError) as error:
        raise _malformed() from error


def _service(claims: dict[str, Any]) -> ServiceModel:
    if "iss" not in claims:
        raise AuthError("Invalid token: iss field not provided")
    try:
        service_id = UUID(claims["iss"])
    except (ValueError, TypeError, AttributeError) as error:
        raise AuthError("Invalid token: service id is not the right data type") from error
    service = find_service(service_id)
    if service is None:
        raise AuthError("Invalid token: service not found")
    if not service.keys:
        raise AuthError("Invalid token: service has no API keys")
    if not service.active:
        raise AuthError("Invalid token: service is archived")
    return service


def _signing_key(service: ServiceModel, token: str, signature: bytes) -> KeyModel | None:
    """Return the key that made the signature; decoding once for each key would cost more."""
    signed = token.rpartition(".")[0].encode()
    # Every key is tried, so that the time taken does not tell which one fits.
    fitting = [key for key in service.keys if _HS256.verify(signed, key.secret.encode(), signature)]
    return fitting[0] if fitting else None


def _require_fresh(claims: dict[str, Any]) -> None:
    now = int(time.time())
    try:
        issued_at = int(float(claims["iat"]))
    except (ValueError, TypeError, OverflowError) as error:
        raise AuthError(WRONG_CLOCK) from error
    if abs(now - issued_at) > LEEWAY_SECONDS:
        raise AuthError(WRONG_CLOCK)
    try:
        not_before = float(claims.get("nbf", now))
        expires = float(claims.get("exp", now))
    except (ValueError, TypeError, OverflowError) as error:
        raise _malformed() from error
    if not_before > now + LEEWAY_SECONDS:
        raise AuthError(WRONG_CLOCK)
    if expires <= now - LEEWAY_SECONDS or "aud" in claims:
        raise _malformed()
