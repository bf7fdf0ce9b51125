"""Everything the notifications app stores."""

from notifications.models.bulk import BulkAction
from notifications.models.callback import CallbackAttempt, CallbackDelivery, FailingEndpoint
from notifications.models.delivery_event import DeliveryEvent
from notifications.models.document import Document
from notifications.models.facts import (
    NO_JOB,
    FactHourlyVolume,
    FactNotificationStatus,
    FactProcessingTime,
    ServiceStatistics,
    TemplateUsageRepair,
)
from notifications.models.history import HISTORY_COLUMNS, NotificationHistory
from notifications.models.hold import Hold
from notifications.models.idempotency import IdempotentAnswer
from notifications.models.inbound import InboundSms, InboundSmsHistory, UnsubscribeRequest
from notifications.models.job import Job
from notifications.models.letter import (
    DailySortedLetter,
    LetterCheck,
    LetterPrintBatch,
    LetterPrintEntry,
    RejectedPrintJob,
    ReturnedLetter,
)
from notifications.models.notification import Notification
from notifications.models.notification_indexes import (
    DUE_AT,
    ENDING_CHARACTERS,
    LETTER_ENDING,
    READY_TO_PRINT,
    hash_of,
)
from notifications.models.person import PersonRequest
from notifications.models.provider import (
    ProviderDetails,
    ProviderDetailsHistory,
    ProviderFigures,
    ProviderHealth,
)
from notifications.models.receipt import Complaint, UnmatchedReceipt
from notifications.models.report import ReportRequest
from notifications.models.suppression import SuppressedRecipient

__all__ = [
    "DUE_AT",
    "ENDING_CHARACTERS",
    "HISTORY_COLUMNS",
    "LETTER_ENDING",
    "NO_JOB",
    "READY_TO_PRINT",
    "BulkAction",
    "CallbackAttempt",
    "CallbackDelivery",
    "Complaint",
    "DailySortedLetter",
    "DeliveryEvent",
    "Document",
    "FactHourlyVolume",
    "FactNotificationStatus",
    "FactProcessingTime",
    "FailingEndpoint",
    "Hold",
    "IdempotentAnswer",
    "InboundSms",
    "InboundSmsHistory",
    "Job",
    "LetterCheck",
    "LetterPrintBatch",
    "LetterPrintEntry",
    "Notification",
    "NotificationHistory",
    "PersonRequest",
    "ProviderDetails",
    "ProviderDetailsHistory",
    "ProviderFigures",
    "ProviderHealth",
    "RejectedPrintJob",
    "ReportRequest",
    "ReturnedLetter",
    "ServiceStatistics",
    "SuppressedRecipient",
    "TemplateUsageRepair",
    "UnmatchedReceipt",
    "UnsubscribeRequest",
    "hash_of",
]
