"""Recipients that are known again by those who know them, and by nobody else. Pure."""

from typing import Final

from notify_project.constants import NotificationType

HIDDEN: Final = "\N{BULLET}" * 3
_SHOWN_DIGITS: Final = 3
_LONG_ENOUGH: Final = 7


def masked(notification_type: str, recipient: str) -> str:
    """Return the end of a number, or the edges of an address."""
    if not recipient:
        return "erased"
    if notification_type == NotificationType.LETTER:
        return "postal address"
    if "@" in recipient:
        name, _, domain = recipient.rpartition("@")
        return f"{name[:1]}{HIDDEN}@{domain}"
    digits = "".join(filter(str.isdigit, recipient))
    return f"{HIDDEN} {digits[-_SHOWN_DIGITS:]}" if len(digits) >= _LONG_ENOUGH else HIDDEN
