"""Links to unsubscribe: whoever has one may use it, so they cannot be guessed or altered."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.urls import reverse

from notify_project.api.errors import NoResultFound
from notify_project.encryption import decrypt, encrypt

# Source: the API contract, one-click unsubscribe.
VALID_FOR = timedelta(days=365)


class InvalidLink(NoResultFound):
    """A link that does not unsubscribe anybody; the text says why."""

    @property
    def older_message(self) -> object:
        """Return the text under the name of what was asked for."""
        return {"unsubscribe request": self.message}


@dataclass(frozen=True, slots=True)
class Link:
    """What a link says: who wants no more emails such as which."""

    notification_id: UUID
    address: str


def unsubscribe_url(notification_id: UUID, address: str) -> str:
    """Return where a mail program posts to; it never expects a page there."""
    return settings.API_HOST_URL + _path("unsubscribe", notification_id, address)


def page_url(notification_id: UUID, address: str) -> str:
    """Return the page that asks a person to confirm."""
    return settings.ADMIN_URL + _path("unsubscribe-page", notification_id, address)


def read_link(notification_id: UUID, token: str) -> Link:
    """Return what a link says.

    Raises:
        InvalidLink: the token is not ours, is another email's, or was made over a year ago.
    """
    padded = token + "=" * (-len(token) % 4)
    try:
        made_for, _, address = decrypt(padded, valid_for=VALID_FOR).partition(" ")
    except InvalidToken:
        made_for, address = "", ""
    if made_for != str(notification_id) or not address:
        raise InvalidLink("This is not a valid unsubscribe link.")
    return Link(notification_id, address)


def _path(name: str, notification_id: UUID, address: str) -> str:
    # Some mail programs take an equals sign at the end for the end of the link.
    token = encrypt(f"{notification_id} {address}").rstrip("=")
    return reverse(name, args=[notification_id, token])
