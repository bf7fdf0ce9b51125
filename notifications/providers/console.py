"""A provider for development: it prints that there was a message, and sends nothing."""

import sys
from typing import ClassVar

from notifications.providers.base import EmailMessage, Provider, SmsMessage


class Console(Provider[SmsMessage | EmailMessage]):
    """Prints one line a message, without recipient or content."""

    name: ClassVar[str] = "console"

    def send(self, message: SmsMessage | EmailMessage) -> None:
        """Print the kind of message, its id and its length."""
        kind = "sms" if isinstance(message, SmsMessage) else "email"
        text = message.body if isinstance(message, SmsMessage) else message.plain
        sys.stdout.write(f"{kind} {message.id} of {len(text)} characters\n")
