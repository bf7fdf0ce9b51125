"""Everything the notifications app stores."""

from notifications.models.callback import CallbackAttempt, CallbackDelivery, FailingEndpoint
from notifications.models.document import Document
from notifications.models.facts import TemplateUsageRepair
from notifications.models.history import HISTORY_COLUMNS, NotificationHistory
from notifications.models.idempotency import IdempotentAnswer
from notifications.models.inbound import InboundSms, UnsubscribeRequest
from notifications.models.job import Job
from notifications.models.notification import DUE_AT, Notification, hash_of
from notifications.models.provider import ProviderDetails, ProviderDetailsHistory

__all__ = [
    "DUE_AT",
    "HISTORY_COLUMNS",
    "CallbackAttempt",
    "CallbackDelivery",
    "Document",
    "FailingEndpoint",
    "IdempotentAnswer",
    "InboundSms",
    "Job",
    "Notification",
    "NotificationHistory",
    "ProviderDetails",
    "ProviderDetailsHistory",
    "TemplateUsageRepair",
    "UnsubscribeRequest",
    "hash_of",
]
