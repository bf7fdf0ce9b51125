"""Why a message ended as it did, and what to do about it, in the words of support staff. Pure."""

from dataclasses import dataclass
from typing import Final

from notifications.statuses import Status
from notifications.suppression.check import SUPPRESSED
from notify_project.constants import NotificationType


@dataclass(frozen=True, slots=True)
class Ending:
    """Why, and what to do next; either may be empty."""

    why: str = ""
    advice: str = ""


_SEND_AGAIN: Final = "Ask the service to send it again"
_REASONS: Final = {
    "max-retries": Ending(
        "Every attempt failed, for some four hours",
        f"{_SEND_AGAIN}, once the provider works: its page shows how its calls go.",
    ),
    "expired": Ending(
        "No provider had taken it after three days",
        f"{_SEND_AGAIN}, and find out why nothing was sent: workers may have been off.",
    ),
    "service-inactive": Ending(
        "Its service is archived", "Nothing: an archived service sends nothing."
    ),
    "recipient-refused": Ending(
        "The provider says that there is no such recipient",
        "Ask the service to check the address or number with the recipient.",
    ),
    "provider-rejected": Ending(
        "The provider refused the message itself, whoever the recipient is",
        "Look at the provider's answer in the timeline; if it refuses many, look at its account.",
    ),
    "erased": Ending("It was erased before it was sent", "Nothing: the person asked for it."),
    "ended-by-support": Ending(
        "Support staff ended it, alone or with many: the timeline says who",
        "Ask them why, before the service sends it again.",
    ),
    "reference": Ending(
        "Its reference cannot be printed", "Make references again, then send the letter again."
    ),
    "pages-not-made": Ending(
        "Its pages could not be made", "Look at the log for its id, then send it again."
    ),
    "file-missing": Ending(
        "Its file is not in the storage", "Find out whether the storage lost more; then send again."
    ),
    "not-scanned": Ending(
        "No virus scanner answered", "See that the scanner runs, then check it again."
    ),
    "not-checked": Ending("Its PDF could not be checked", "Check it again, or give it up."),
    "infected": Ending("The scanner found a virus in its file", "Tell the service; never open it."),
    "attempts-used-up": Ending(
        "The printer did not take it, however often it was tried",
        "Look at the printer's page, then send it again.",
    ),
    "rejected-by-printer": Ending(
        "The printer took it, and then refused to print it",
        "Ask the printer why, by the letter's reference; then send it again or give it up.",
    ),
    "letter-too-long": Ending("It has more pages than fit in an envelope", "Tell the service."),
    "letter-not-a4-portrait-oriented": Ending("A page is not A4, upright", "Tell the service."),
    "content-outside-printable-area": Ending(
        "Something stands outside of what can be printed", "Tell the service on which pages."
    ),
    "notify-tag-found-in-content": Ending(
        "Its text holds a mark that the printer sorts by", "Tell the service to remove it."
    ),
}
_SUPPRESSIONS: Final = {
    "bounced": "an earlier email to this address came back",
    "complained": "the recipient called an earlier email spam",
    "staff": "somebody put the address on the service's list",
    "unsubscribed": "the recipient does not want to be written to",
}
_STATUSES: Final = {
    Status.TEMPORARY_FAILURE: Ending(
        "The provider could not deliver it: the phone was off or the mailbox full, or no receipt "
        "came for three days",
        f"{_SEND_AGAIN} later; the recipient may be reached then.",
    ),
    Status.PERMANENT_FAILURE: Ending(
        "The provider says that the recipient does not exist, or takes nothing",
        "Ask the service to check the address or number with the recipient.",
    ),
    Status.TECHNICAL_FAILURE: Ending(
        "Something failed on our side or the provider's",
        "Look at the timeline; then ask the service to send it again.",
    ),
    Status.VALIDATION_FAILED: Ending(
        "It cannot be sent to this recipient as it is", "Tell the service what is wrong with it."
    ),
    Status.VIRUS_SCAN_FAILED: _REASONS["infected"],
    Status.CANCELLED: Ending("It was cancelled before it was printed", "Nothing; it cost nothing."),
    Status.RETURNED_LETTER: Ending(
        "The post brought it back", "Ask the service to check the address."
    ),
    Status.SENT: Ending("", "Nothing more is heard: its country sends no receipts."),
}
_GIVEN_UP_LETTER: Final = Ending("Support staff gave it up: it is never printed", "Nothing.")


def explain(status: str, notification_type: str, reason: str | None) -> Ending:
    """Return why a message ended so.

    Args:
        status: its last.
        notification_type: of it.
        reason: the short code beside its status, or, of a row of a file, what is wrong with it.
    """
    if reason:
        return _of_reason(reason)
    is_letter = notification_type == NotificationType.LETTER
    if is_letter and status == Status.PERMANENT_FAILURE:
        return _GIVEN_UP_LETTER
    return _STATUSES.get(Status(status), Ending())


def _of_reason(reason: str) -> Ending:
    if reason in _REASONS:
        return _REASONS[reason]
    if reason.startswith(SUPPRESSED):
        why = _SUPPRESSIONS.get(reason.removeprefix(SUPPRESSED), reason)
        return Ending(
            f"It was kept back: {why}",
            "If the recipient wants emails again, the service takes the address off its list.",
        )
    if reason.startswith("printer: "):
        code = reason.removeprefix("printer: ")
        return Ending(f"The printer refused it with code {code}", "Ask the printer what that is.")
    # Of a row of a file it is in words already; of anything else the code says more than nothing.
    return Ending(reason, "Tell the service what is wrong with it.")
