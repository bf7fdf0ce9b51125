"""Tokens in the addresses that a printer calls back: they tell the letter, and that we sent it."""

from uuid import UUID

from django.core import signing

_SALT = "letter callback"


def token_for(notification_id: UUID) -> str:
    """Return what a printer brings back with what it says of a letter."""
    return signing.dumps(str(notification_id), salt=_SALT)


def notification_in(token: str) -> UUID | None:
    """Return the letter that a token was made for; None if we did not make it."""
    try:
        return UUID(signing.loads(token, salt=_SALT))
    except (signing.BadSignature, ValueError, TypeError, AttributeError):
        return None
