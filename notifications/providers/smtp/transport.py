"""Hand emails to a server, over connections that stay open between messages."""

import smtplib
import time
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from typing import ClassVar

from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend

from notifications.providers.base import (
    EmailMessage,
    OutcomeUnknown,
    Provider,
    ProviderError,
    RecipientRefused,
    Refused,
    RequestRefused,
    Unavailable,
)
from notifications.providers.mime import django_message, safe
from notifications.providers.smtp.message import compose
from notify_project.constants import NotificationType

# Servers and the networks between forget idle connections; a minute is well below their limits.
_KEEP_SECONDS = 60.0
# Answers that ask for other credentials: the operator's to mend. Source: RFC 4954.
_CREDENTIALS = frozenset({530, 534, 535, 538})


class _Stale(Unavailable):
    """The server had hung up before it was given the message."""


class Smtp(Provider[EmailMessage]):
    """Django's email backend, over connections that stay open between messages."""

    name: ClassVar[str] = "smtp"
    notification_type: ClassVar[NotificationType | None] = NotificationType.EMAIL

    def __init__(self, options: Mapping[str, str]) -> None:
        super().__init__(options)
        # Each sending thread takes the connection that was used last, or opens one.
        self._idle: deque[tuple[float, BaseEmailBackend]] = deque()

    def send(self, message: EmailMessage) -> str:
        """Hand the message to the server and return its Message-ID."""
        deadline = time.monotonic() + settings.PROVIDER_TIMEOUT_SECONDS
        mail = safe(message)
        kept = self._take()
        if kept is not None:
            try:
                self._send_over(kept, mail, deadline)
            except _Stale:
                kept = None
        if kept is None:
            self._send_over(_open(deadline), mail, deadline)
        return message.message_id

    def close(self) -> None:
        """Close the connections that are kept open."""
        while self._idle:
            self._idle.pop()[1].close()

    def _take(self) -> BaseEmailBackend | None:
        with suppress(IndexError):
            while True:
                used_at, backend = self._idle.pop()
                if time.monotonic() - used_at < _KEEP_SECONDS:
                    return backend
                _drop(backend)
        return None

    def _send_over(self, backend: BaseEmailBackend, mail: EmailMessage, deadline: float) -> None:
        try:
            _hand_over(backend, mail, deadline)
        except BaseException:
            _drop(backend)
            raise
        self._idle.append((time.monotonic(), backend))


def _open(deadline: float) -> BaseEmailBackend:
    backend = get_connection()
    try:
        backend.open()
    except (smtplib.SMTPException, OSError) as error:
        raise Unavailable(_name(error)) from error
    if time.monotonic() > deadline:
        _drop(backend)
        raise Unavailable("the server took too long to open a connection")
    return backend


def _drop(backend: BaseEmailBackend) -> None:
    """Close at once: QUIT would wait for a server that may be gone."""
    smtp = getattr(backend, "connection", None)
    if isinstance(smtp, smtplib.SMTP):
        smtp.close()
    else:
        backend.close()


def _hand_over(backend: BaseEmailBackend, mail: EmailMessage, deadline: float) -> None:
    smtp = getattr(backend, "connection", None)
    if isinstance(smtp, smtplib.SMTP):
        # Speaking SMTP ourselves shows how far the message got when something breaks.
        _announce(smtp, mail, deadline)
        _transfer(smtp, mail, deadline)
        return
    try:
        backend.send_messages([django_message(mail)])
    except (smtplib.SMTPException, OSError) as error:
        raise OutcomeUnknown(_name(error)) from error


def _announce(smtp: smtplib.SMTP, mail: EmailMessage, deadline: float) -> None:
    try:
        _limit(smtp, deadline)
        smtp.ehlo_or_helo_if_needed()
        options = ["BODY=8BITMIME"] if smtp.has_extn("8bitmime") else []
        _limit(smtp, deadline)
        _require(smtp.mail(mail.from_address, options), RequestRefused)
        _limit(smtp, deadline)
        _require(smtp.rcpt(mail.to), RecipientRefused)
        _limit(smtp, deadline)
    except (smtplib.SMTPException, OSError) as error:
        raise _Stale(_name(error)) from error


def _transfer(smtp: smtplib.SMTP, mail: EmailMessage, deadline: float) -> None:
    content = compose(mail, eight_bit=smtp.has_extn("8bitmime"))
    try:
        _limit(smtp, deadline)
        reply: tuple[int, bytes | str] = smtp.data(content)
    except smtplib.SMTPDataError as error:
        reply = (error.smtp_code, error.smtp_error)
    except (smtplib.SMTPException, OSError) as error:
        raise OutcomeUnknown(_name(error)) from error
    _require(reply, RequestRefused)


def _require(reply: tuple[int, bytes | str], refused: type[Refused]) -> None:
    code, text = reply
    error: ProviderError | None = None
    if code == 421:  # the server hangs up. Source: RFC 5321, 3.8
        error = _Stale(str(code))
    elif 500 <= code < 600 and code not in _CREDENTIALS:
        error = refused(str(code))
    elif not 200 <= code < 300:
        error = Unavailable(str(code))
    if error is not None:
        words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
        error.answer = f"{code} {words}"
        raise error


def _limit(smtp: smtplib.SMTP, deadline: float) -> None:
    """Let the next answer take what is left of the time for the whole message."""
    if smtp.sock is None:
        raise smtplib.SMTPServerDisconnected("not connected")
    smtp.sock.settimeout(max(deadline - time.monotonic(), 0.001))


def _name(error: Exception) -> str:
    """Name an error without its text, which may repeat an address."""
    code = getattr(error, "smtp_code", None)
    return type(error).__name__ if code is None else f"{type(error).__name__} {code}"
