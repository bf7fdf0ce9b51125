"""Errors that a caller of the API can do something about.

Kept apart from the views: authentication classes import it while Django REST Framework is
still half imported.
"""

from collections.abc import Mapping
from types import MappingProxyType


class ApiError(Exception):
    """A refusal, worded as the API words it.

    Attributes:
        error: the class of error that callers match on.
        status_code: HTTP status.
        message: what is wrong.
        headers: that go out with the answer.
    """

    error = "BadRequestError"
    status_code = 400
    headers: Mapping[str, str] = MappingProxyType({})

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    @property
    def errors(self) -> list[dict[str, object]]:
        """Return the entries of the answer's ``errors``."""
        return [{"error": self.error, "message": self.message}]

    @property
    def older_message(self) -> object:
        """Return the answer's ``message`` outside the public API."""
        return self.message


class BadRequest(ApiError):
    """A rule of the service or of the platform refuses the request."""


class Forbidden(ApiError):
    """The key or the service may not do this at all."""

    status_code = 403


class ValidationFailed(ApiError):
    """The body, the query or a path argument does not fit its schema: all violations at once."""

    error = "ValidationError"

    def __init__(self, *messages: str) -> None:
        super().__init__("; ".join(messages))
        self.messages = messages

    @property
    def errors(self) -> list[dict[str, object]]:
        """Return one entry for each violation."""
        return [{"error": self.error, "message": message} for message in self.messages]

    @property
    def older_message(self) -> object:
        """Return all violations."""
        return list(self.messages)


class NoResultFound(ApiError):
    """There is no such thing, or it is another service's."""

    error = "NoResultFound"
    status_code = 404

    def __init__(self, message: str = "No result found") -> None:
        super().__init__(message)


class AuthError(ApiError):
    """The caller did not show who they are."""

    error = "AuthError"
    status_code = 403


class Unauthorized(AuthError):
    """No token was given, or not as a bearer token."""

    status_code = 401


class InvalidPhone(ApiError):
    """A number of a kind that the service may not send to."""

    error = "InvalidPhoneError"


class TooManyRequests(ApiError):
    """The daily limit is reached."""

    error = "TooManyRequestsError"
    status_code = 429


class RateLimited(ApiError):
    """The limit of requests a minute is reached."""

    error = "RateLimitError"
    status_code = 429


class ServiceUnavailable(ApiError):
    """The database cannot be reached; the request may be repeated."""

    error = "ServiceUnavailable"
    status_code = 503

    def __init__(self, message: str = "The service is temporarily unavailable, try again") -> None:
        super().__init__(message)
