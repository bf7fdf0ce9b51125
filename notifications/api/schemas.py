"""What bodies and queries about notifications may hold. Source: the API contract."""

from notify_project.api.schema import (
    EMAIL_ADDRESS,
    HTTPS_URL,
    PERSONALISATION,
    PHONE_NUMBER,
    POSTAGE,
    REFERENCE,
    SCHEDULED_FOR,
    UUID_TEXT,
    Schema,
    object_of,
)
from notify_project.constants import NotificationType

# In the order in which a refusal lists them, which is part of the message.
STATUS_WORDS = [
    "cancelled",
    "created",
    "sending",
    "sent",
    "delivered",
    "pending",
    "failed",
    "technical-failure",
    "temporary-failure",
    "permanent-failure",
    "pending-virus-check",
    "validation-failed",
    "virus-scan-failed",
    "returned-letter",
    "accepted",
    "received",
]
TYPE_WORDS = ["sms", "email", "letter"]

SMS = Schema(
    object_of(
        {
            "reference": REFERENCE,
            "phone_number": PHONE_NUMBER,
            "template_id": UUID_TEXT,
            "personalisation": PERSONALISATION,
            "scheduled_for": SCHEDULED_FOR,
            "sms_sender_id": UUID_TEXT,
        },
        required=("phone_number", "template_id"),
    )
)
EMAIL = Schema(
    object_of(
        {
            "reference": REFERENCE,
            "email_address": EMAIL_ADDRESS,
            "template_id": UUID_TEXT,
            "personalisation": PERSONALISATION,
            "scheduled_for": SCHEDULED_FOR,
            "email_reply_to_id": UUID_TEXT,
            "one_click_unsubscribe_url": HTTPS_URL,
            "sanitise_content_for": {"type": ["array", "null"], "items": {"type": "string"}},
        },
        required=("email_address", "template_id"),
    )
)
LETTER = Schema(
    object_of(
        {
            "reference": REFERENCE,
            "template_id": UUID_TEXT,
            "personalisation": PERSONALISATION,
        },
        required=("template_id", "personalisation"),
    )
)
# A letter that comes as a PDF: its request has a `content`, which the other kind has not.
PRECOMPILED_LETTER = Schema(
    object_of(
        {"reference": REFERENCE, "content": {"type": "string"}, "postage": POSTAGE},
        required=("reference", "content"),
    )
)


def schema_of(notification_type: NotificationType, body: object) -> Schema:
    """Return the schema of a POST; a letter with a ``content`` comes as a PDF."""
    if notification_type == NotificationType.SMS:
        return SMS
    if notification_type == NotificationType.EMAIL:
        return EMAIL
    is_precompiled = isinstance(body, dict) and "content" in body
    return PRECOMPILED_LETTER if is_precompiled else LETTER


LISTING = Schema(
    object_of(
        {
            "reference": {"type": "string", "nulls": False},
            "status": {"type": "array", "items": {"enum": STATUS_WORDS}},
            "template_type": {"type": "array", "items": {"enum": TYPE_WORDS}},
            "include_jobs": {"enum": ["true", "True"]},
            "older_than": UUID_TEXT,
        }
    )
)
REPEATABLE = ("status", "template_type")
RECEIVED_TEXTS = Schema(object_of({"older_than": UUID_TEXT}))
