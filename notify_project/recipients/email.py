"""Parse email addresses, in the form the API accepts."""

import re
from dataclasses import dataclass

import idna

from notify_project.recipients.characters import remove_obscure

# Source: the API contract, email addresses; label and host lengths from RFC 1035, section 2.3.4.
MAX_ADDRESS_LENGTH = 320
MAX_HOST_LENGTH = 253
_LOCAL = r"[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+"
_HOST = (
    r"(?:(?=[^.]{1,63}\.)[a-zA-Z0-9]+(?:-{1,2}[a-zA-Z0-9]+)*\.)+"
    r"(?:[a-zA-Z]{2,63}|(?=.{5,63}\Z)[xX][nN]--[a-zA-Z0-9]+(?:-{1,2}[a-zA-Z0-9]+)*)"
)
_IS_LOCAL = re.compile(_LOCAL).fullmatch
_IS_HOST = re.compile(_HOST).fullmatch


class InvalidEmail(ValueError):
    """The text is not an email address that can be sent to."""

    message = form_message = "Not a valid email address"

    def __init__(self) -> None:
        super().__init__(self.message)


@dataclass(frozen=True, slots=True)
class EmailAddress:
    """An address as the caller wrote it, and as it is compared and sent to."""

    cleaned: str
    normalised: str


def clean_email(text: str) -> str:
    """Return the address as given, without surrounding and obscure white space."""
    return remove_obscure(text).strip()


def parse_email(text: str) -> EmailAddress:
    """Return the address if it can be sent to.

    Raises:
        InvalidEmail: it cannot.
    """
    cleaned = clean_email(text)
    local, at, host = cleaned.partition("@")
    if not at or len(cleaned) > MAX_ADDRESS_LENGTH or ".." in cleaned or not _IS_LOCAL(local):
        raise InvalidEmail
    if not host.isascii():
        host = _encoded(host)
    if len(host) > MAX_HOST_LENGTH or not _IS_HOST(host):
        raise InvalidEmail
    return EmailAddress(cleaned, cleaned.lower())


def masked_email(address: str) -> str:
    """Return an address so that whoever knows it recognises it, and nobody else reads it."""
    local, _, host = address.partition("@")
    return f"{local[:1]}***@{host}"


def _encoded(host: str) -> str:
    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError as error:
        raise InvalidEmail from error
