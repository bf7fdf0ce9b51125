"""All that is stored of one message's way, read once, each table by an index and bounded."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeVar
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery

from notifications.models import (
    BulkAction,
    CallbackAttempt,
    CallbackDelivery,
    Complaint,
    DeliveryEvent,
    Job,
    LetterCheck,
    LetterPrintBatch,
    LetterPrintEntry,
    Notification,
    NotificationHistory,
    RejectedPrintJob,
    ReturnedLetter,
)
from notifications.models.delivery_event import MAX_EVENTS
from notifications.statuses import FAILED, Status
from notify_project import clock
from notify_project.constants import NotificationType
from notify_project.models import AuditEvent
from services.models import ApiKey, CallbackType, ServiceDataRetention, User
from services.models.retention import DEFAULT_DAYS

Message = Notification | NotificationHistory
AnyMessage = TypeVar("AnyMessage", Notification, NotificationHistory)

# More of them tell nothing new.
MOST: Final = 50


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a message came from: a row of a file, a program's key, or a person."""

    job: Job | None = None
    api_key: ApiKey | None = None
    person: User | None = None


@dataclass(frozen=True, slots=True)
class Printing:
    """What is recorded of a letter: its check, the batches it was in, what the printer refused."""

    check: LetterCheck | None = None
    batches: tuple[LetterPrintBatch, ...] = ()
    rejections: tuple[RejectedPrintJob, ...] = ()
    returned: ReturnedLetter | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one message.

    Attributes:
        row: of the message, or what history has of it.
        events: answers of providers, oldest first.
        calls: what its service was told of it, or must be.
        tries: of the calls, newest first.
        acts: what people did to it, or saw of it; newest first.
        bulk: the bulk actions that it lies within; newest first.
        days_kept: how long messages like it are.
    """

    row: Message
    now: datetime
    origin: Origin
    printing: Printing
    events: list[DeliveryEvent] = field(default_factory=list)
    calls: list[CallbackDelivery] = field(default_factory=list)
    tries: list[CallbackAttempt] = field(default_factory=list)
    complaints: list[Complaint] = field(default_factory=list)
    acts: list[AuditEvent] = field(default_factory=list)
    bulk: list[BulkAction] = field(default_factory=list)
    days_kept: int = DEFAULT_DAYS

    @property
    def is_letter(self) -> bool:
        """Whether it is printed."""
        return self.row.notification_type == NotificationType.LETTER

    @property
    def live(self) -> Notification | None:
        """The message itself; None where only history knows it."""
        return self.row if isinstance(self.row, Notification) else None


def with_days_kept(rows: QuerySet[AnyMessage]) -> QuerySet[AnyMessage]:
    """Return messages, each with what its service says of how long it is kept."""
    own = ServiceDataRetention.objects.filter(
        service=OuterRef("service_id"), notification_type=OuterRef("notification_type")
    )
    return rows.annotate(own_days_kept=Subquery(own.values("days_of_retention")[:1]))


def find_message(message_id: UUID) -> Message | None:
    """Return a message, or what history has of it."""
    related = ("service", "api_key", "job", "created_by")
    rows = Notification.objects.select_related(*related).filter(id=message_id)
    live = with_days_kept(rows).first()
    if live is not None:
        return live
    old = NotificationHistory.objects.select_related("service").filter(id=message_id)
    return with_days_kept(old).first()


def read_facts(row: Message, *, with_acts: bool) -> Facts:
    """Read what is known of a message.

    Args:
        row: of it, ``with_days_kept``.
        with_acts: read what staff did, too, which is for staff.
    """
    is_email = row.notification_type == NotificationType.EMAIL
    is_letter = row.notification_type == NotificationType.LETTER
    complaints = Complaint.objects.filter(notification_id=row.id).order_by("created_at")
    found = list(complaints[:MOST]) if is_email else []
    calls = _calls(row.id, [each.id for each in found])
    tries = CallbackAttempt.objects.filter(delivery_id__in=[each.id for each in calls])
    return Facts(
        row=row,
        now=clock.now(),
        origin=_origin(row),
        printing=_printing(row) if is_letter else Printing(),
        events=_events(row.id),
        calls=calls,
        tries=list(tries.order_by("-id")[:MOST]) if calls else [],
        complaints=found,
        acts=_acts(row.id) if with_acts else [],
        bulk=_bulk(row) if with_acts else [],
        days_kept=_days_kept(row),
    )


def _origin(row: Message) -> Origin:
    if isinstance(row, Notification):
        return Origin(row.job, row.api_key, row.created_by)
    return Origin(
        Job.objects.filter(id=row.job_id).first() if row.job_id else None,
        ApiKey.objects.filter(id=row.api_key_id).first() if row.api_key_id else None,
        User.objects.filter(id=row.created_by_id).first() if row.created_by_id else None,
    )


def _days_kept(row: Message) -> int:
    days: int | None = vars(row)["own_days_kept"]
    return DEFAULT_DAYS if days is None else days


def _events(message_id: UUID) -> list[DeliveryEvent]:
    rows = DeliveryEvent.objects.filter(notification_id=message_id)
    return list(rows.order_by("at", "id")[:MAX_EVENTS])


def _calls(message_id: UUID, complaints: list[UUID]) -> list[CallbackDelivery]:
    kinds = (CallbackType.DELIVERY_STATUS, CallbackType.RETURNED_LETTER, CallbackType.COMPLAINT)
    rows = CallbackDelivery.objects.filter(
        callback_type__in=kinds, subject_id__in=[message_id, *complaints]
    )
    # What they said is not needed, and would be decrypted.
    return list(rows.defer("payload").order_by("created_at", "id")[:MOST])


def _acts(message_id: UUID) -> list[AuditEvent]:
    rows = AuditEvent.objects.filter(subject_id=str(message_id)).select_related("actor")
    return list(rows.order_by("-created_at", "-id")[:MOST])


def _bulk(row: Message) -> list[BulkAction]:
    """Return those that were begun; which messages they changed is not kept."""
    rows = BulkAction.objects.filter(
        Q(service=None) | Q(service=row.service_id),
        Q(template_id=None) | Q(template_id=row.template_id),
        Q(provider="") | Q(provider__in=[name for name in _providers(row) if name]),
        notification_type__in=["", row.notification_type],
        since__lte=row.created_at,
        until__gt=row.created_at,
        started_at__isnull=False,
    )
    return list(rows.select_related("actor").order_by("-started_at", "-id")[:MOST])


def _providers(row: Message) -> list[str | None]:
    return [row.sent_by, row.failed_provider if isinstance(row, Notification) else None]


def _printing(row: Message) -> Printing:
    wanted = {"notification_id": row.id}
    entries = LetterPrintEntry.objects.filter(**wanted).select_related("batch").order_by("id")
    batches = tuple(entry.batch for entry in entries[:MOST])
    rejections = RejectedPrintJob.objects.filter(**wanted).order_by("created_at", "job_id")
    # Who refuses a job has it from a batch; it failed then, or was planned once more.
    may_be_rejected = len(batches) > 1 or (batches and row.status in FAILED)
    came_back = row.status == Status.RETURNED_LETTER
    return Printing(
        check=LetterCheck.objects.filter(**wanted).first(),
        batches=batches,
        rejections=tuple(rejections[:MOST]) if may_be_rejected else (),
        returned=ReturnedLetter.objects.filter(**wanted).first() if came_back else None,
    )
