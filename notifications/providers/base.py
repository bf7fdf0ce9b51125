"""What every provider is: a class that sends messages of one channel and reads its receipts."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Generic, TypeVar

from notifications.statuses import Status
from notify_project.constants import NotificationType
from notify_project.recipients.postal import PostalAddress


@dataclass(frozen=True, slots=True)
class SmsMessage:
    """A text message, ready to send.

    Attributes:
        id: the notification's id; comes back in receipts.
        to: digits in international form, without ``+``.
        body: the text with the service's prefix.
        sender: number or name that the recipient sees.
        international: the number is not one of Great Britain.
    """

    id: str
    to: str
    body: str
    sender: str
    international: bool


@dataclass(frozen=True, slots=True)
class EmailMessage:
    """An email, ready to send.

    Attributes:
        id: the notification's id.
        message_id: the Message-ID that this attempt goes out under.
        to: the recipient's address.
        subject: one line.
        plain: the text part.
        html: the HTML part, a whole document.
        from_name: whom the recipient sees as the sender.
        from_address: address of the sender, also where bounces go.
        reply_to: where answers go, if elsewhere.
        unsubscribe_url: takes a one-click unsubscription. Source: RFC 8058.
    """

    id: str
    message_id: str
    to: str
    subject: str
    plain: str
    html: str
    from_name: str
    from_address: str
    reply_to: str | None
    unsubscribe_url: str | None


@dataclass(frozen=True, slots=True)
class LetterJob:
    """A letter, ready to be printed.

    Attributes:
        id: of the job; a printer takes each once.
        reference: the letter's name on its page and in what the printer says of it.
        postage: how it travels.
        address: as it is printed.
        pdf: its pages.
        organisation_id: of its service; empty if it has none.
        service_id: of its service.
        callback_url: where the printer says what became of it.
    """

    id: str
    reference: str
    postage: str
    address: PostalAddress
    pdf: bytes
    organisation_id: str
    service_id: str
    callback_url: str


@dataclass(frozen=True, slots=True)
class ComplaintNotice:
    """What a provider says of somebody who called an email spam; all of it may be missing.

    Attributes:
        notification_id: our id, if the provider repeats it.
        reference: the provider's own name for the email.
        feedback_id: the provider's name for the complaint.
        complaint_type: the provider's word for its kind.
        complained_at: when the recipient complained.
    """

    notification_id: str | None
    reference: str | None
    feedback_id: str | None = None
    complaint_type: str | None = None
    complained_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a provider says has become of a message.

    Attributes:
        notification_id: our id, if the provider repeats it.
        reference: the provider's own name for the message.
        status: the outcome in our words.
        detail: the provider's codes, for the log.
        status_if_pending: the outcome, where another, if the message was reported pending before.
    """

    notification_id: str | None
    reference: str | None
    status: Status
    detail: str
    status_if_pending: Status | None = None


class ProviderError(Exception):
    """A message was not sent, or nobody knows; texts hold codes and nothing personal.

    Attributes:
        answer: the beginning of what the provider said, as it came. It may repeat the message and
            its recipient: never logged, and kept only once these are taken out.
    """

    answer: str = ""


class Unavailable(ProviderError):
    """The message has surely not been sent and may be tried again."""


class Throttled(Unavailable):
    """The provider wants fewer messages a second."""


class OutcomeUnknown(ProviderError):
    """The message may have been sent: no answer came after it was handed over."""


class Refused(ProviderError):
    """The provider said no for good.

    Attributes:
        code: the provider's own word for the reason.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class RecipientRefused(Refused):
    """There is no such recipient."""


class RequestRefused(Refused):
    """This message cannot be sent, whoever the recipient is."""


class MalformedReceipt(Exception):
    """The webhook lacks what a receipt needs.

    Attributes:
        problems: everything that it lacks, in the words that the provider gets back.
    """

    def __init__(self, *problems: str) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class ForgedReceipt(Exception):
    """The webhook is not signed by the provider."""


class UnverifiedReceipt(Exception):
    """Who sent the webhook cannot be told now; it should come again."""


class UnknownReceiptStatus(Exception):
    """The provider uses a code that its documentation did not name.

    Attributes:
        notification_id: our id, if the provider repeats it.
    """

    def __init__(self, code: str, notification_id: str = "") -> None:
        super().__init__(code)
        self.notification_id = notification_id


Message = TypeVar("Message")


class Provider(ABC, Generic[Message]):
    """One way out. Instances are shared by all threads.

    Attributes:
        name: identifier in ``provider_details``, in ``PROVIDER_OPTIONS`` and in the webhook's URL.
        notification_type: the channel; None for a provider of both texts and emails.
        required_options: names that must have a value in ``PROVIDER_OPTIONS``.
    """

    name: ClassVar[str]
    notification_type: ClassVar[NotificationType | None] = None
    required_options: ClassVar[tuple[str, ...]] = ()

    def __init__(self, options: Mapping[str, str]) -> None:
        self.options = dict(options)

    @abstractmethod
    def send(self, message: Message) -> str | None:
        """Hand a message over and return the provider's name for it, if it has one.

        Raises:
            ProviderError: which subclass says whether it may be tried again.
        """

    def read_receipts(
        self, body: bytes, headers: Mapping[str, str], query: str = ""
    ) -> Sequence[Receipt | ComplaintNotice]:
        """Read what the provider posted to the webhook.

        Args:
            body: as it came.
            headers: as they came; names in any case.
            query: of the address, for a provider that repeats what it was given there.

        Raises:
            MalformedReceipt: it is not what the provider's documentation says.
            ForgedReceipt: the provider signs its receipts, and did not sign this one.
            UnknownReceiptStatus: a code of it is unknown.
        """
        del body, headers, query
        raise MalformedReceipt(f"{self.name} sends no receipts")

    @classmethod
    def posts_receipts(cls) -> bool:
        """Say whether the provider has anything to post to a webhook."""
        return cls.read_receipts is not Provider.read_receipts


class Printer(Provider[Message]):
    """A provider of letters.

    Attributes:
        takes_files: whether it is given files of many letters, or each letter by itself.
    """

    notification_type: ClassVar[NotificationType | None] = NotificationType.LETTER
    takes_files: ClassVar[bool]
