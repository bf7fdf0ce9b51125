"""Tokens in the addresses that a printer calls back: they tell the job, and that we sent it."""

from dataclasses import dataclass
from uuid import UUID

from django.core import signing

_SALT = "letter callback"


@dataclass(frozen=True, slots=True)
class PrintJob:
    """One attempt of a printer at a letter; the first is called like the letter."""

    notification_id: UUID
    job_id: UUID


def token_for(notification_id: UUID, job_id: UUID | None = None) -> str:
    """Return what a printer brings back with what it says of a letter."""
    ids = {notification_id: None, job_id or notification_id: None}
    return signing.dumps(" ".join(map(str, ids)), salt=_SALT)


def job_in(token: str) -> PrintJob | None:
    """Return the job that a token was made for; None if we did not make it."""
    try:
        ids = [UUID(each) for each in signing.loads(token, salt=_SALT).split()]
        return PrintJob(ids[0], ids[-1])
    except (signing.BadSignature, ValueError, TypeError, AttributeError, IndexError):
        return None
