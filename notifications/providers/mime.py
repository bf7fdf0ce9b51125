"""What providers of emails have in common: nothing in a value can become a header."""

import re
from dataclasses import replace

from django.core.mail import EmailMultiAlternatives
from django.utils.encoding import iri_to_uri

from notifications.providers.base import EmailMessage, RequestRefused
from notify_project.recipients.characters import BIDI_CONTROLS

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
# They would turn round other headers on the screen, too.
_TURNS = dict.fromkeys(map(ord, BIDI_CONTROLS))
# Beside what ends a line: what would make several addresses, a group, a name or a comment of one.
_NOT_IN_ADDRESS = re.compile(r"""[\x00-\x20\x7f<>,;:"()\[\]\\]""")
_NOT_IN_TOKEN = re.compile(r"[^\x21-\x7e]|[<>]")


def safe(message: EmailMessage) -> EmailMessage:
    """Return the message with every value fit for a header.

    Raises:
        RequestRefused: an address or a link would not stay one on one line.
    """
    url = message.unsubscribe_url
    return replace(
        message,
        message_id=_token(message.message_id.strip("<>")),
        to=_address(message.to),
        subject=_text(message.subject),
        from_name=_text(message.from_name).strip(),
        from_address=_address(message.from_address),
        reply_to=_address(message.reply_to) if message.reply_to else None,
        unsubscribe_url=_token(iri_to_uri(url)) if url else None,
    )


def headers_of(mail: EmailMessage) -> dict[str, str]:
    """Return the headers that Django does not write by itself."""
    headers = {"Message-ID": mail.message_id}
    if mail.unsubscribe_url:
        # Source: RFC 2369 and RFC 8058.
        headers["List-Unsubscribe"] = mail.unsubscribe_url
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def django_message(mail: EmailMessage) -> EmailMultiAlternatives:
    """Return a safe message as one of Django's."""
    name, address = mail.from_name, mail.from_address
    return EmailMultiAlternatives(
        mail.subject,
        mail.plain,
        f"{quoted(name)} <{address}>" if name else address,
        [mail.to],
        reply_to=[mail.reply_to] if mail.reply_to else None,
        headers=headers_of(mail),
        alternatives=[(mail.html, "text/html")],
    )


def quoted(name: str) -> str:
    """Quote a display name. Source: RFC 5322, 3.2.4."""
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _address(address: str) -> str:
    """Return an address in ASCII, the host in its IDNA form.

    Raises:
        RequestRefused: it would not stay one address on one line.
    """
    local, _, host = address.rpartition("@")
    if not local or not local.isascii() or _NOT_IN_ADDRESS.search(address):
        raise RequestRefused("address")
    try:
        return f"{local}@{host if host.isascii() else host.encode('idna').decode()}"
    except UnicodeError as error:
        raise RequestRefused("address") from error


def _text(text: str) -> str:
    return _CONTROL.sub(" ", text).translate(_TURNS)


def _token(text: str) -> str:
    if not text or _NOT_IN_TOKEN.search(text):
        raise RequestRefused("header")
    return f"<{text}>"
