"""Where a message stands, in words and with a colour that the words do not depend on."""

from typing import Final

from django.utils.html import format_html
from django.utils.safestring import SafeString

from notifications.statuses import Status

WORDS: Final = {
    Status.CREATED: "Waiting here",
    Status.PENDING_VIRUS_CHECK: "Being checked",
    Status.SENDING: "With the provider",
    Status.PENDING: "With the network",
    Status.SENT: "Sent abroad",
    Status.DELIVERED: "Delivered",
    Status.TEMPORARY_FAILURE: "Recipient not reachable",
    Status.PERMANENT_FAILURE: "Refused by the recipient",
    Status.TECHNICAL_FAILURE: "Failed technically",
    Status.VALIDATION_FAILED: "Not valid",
    Status.VIRUS_SCAN_FAILED: "Virus found",
    Status.CANCELLED: "Cancelled",
    Status.RETURNED_LETTER: "Came back",
}
_GOOD: Final = (
    "bg-green-100 text-green-700 dark:bg-green-500/20 dark:text-green-400",
    {Status.DELIVERED, Status.SENT},
)
_UNDER_WAY: Final = (
    "bg-blue-100 text-blue-700 dark:bg-blue-500/20 dark:text-blue-400",
    {Status.SENDING, Status.PENDING},
)
_WAITING: Final = (
    "bg-orange-100 text-orange-700 dark:bg-orange-500/20 dark:text-orange-400",
    {Status.CREATED, Status.PENDING_VIRUS_CHECK},
)
_BAD: Final = "bg-red-100 text-red-700 dark:bg-red-500/20 dark:text-red-400"
_NEUTRAL: Final = "bg-base-500/8 text-base-700 dark:bg-base-500/20 dark:text-base-200"
_LABEL: Final = (
    '<span class="inline-block font-semibold rounded-default text-[11px] whitespace-nowrap '
    'h-6 leading-6 px-2 {}" title="{}">{}</span>'
)


def in_words(status: str) -> str:
    """Return a status in words; one that this release does not know stays as it is."""
    return str(WORDS.get(Status(status), status)) if status in Status.values else status


def label(status: str) -> SafeString:
    """Return a status in words with its colour; the stored word is under the pointer."""
    return coloured(in_words(status), _colour(status), status)


def coloured(words: str, colour: str, title: str = "") -> SafeString:
    """Return words on a coloured ground."""
    return format_html(_LABEL, colour, title, words)


def _colour(status: str) -> str:
    for colour, statuses in (_GOOD, _UNDER_WAY, _WAITING):
        if status in statuses:
            return colour
    return _NEUTRAL if status == Status.CANCELLED else _BAD
