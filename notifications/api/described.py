"""What the answers about notifications hold: the schemas of what ``responses`` builds."""

from typing import Any

from notifications.api.responses import ADDRESS_LINES
from notifications.statuses import Status, shown
from notify_project.api.operations import (
    ID,
    NOTHING,
    TEXT,
    TIME,
    WHOLE,
    Named,
    nullable,
    record,
    ref,
)
from notify_project.api.schema import Definition
from notify_project.constants import NotificationType

TYPES = [word.value for word in NotificationType]
POSTAGE = {"type": "string", "enum": ["first", "second", "economy", "europe", "rest-of-world"]}
VERSION = {"type": "integer", "minimum": 1}
_POUNDS = {"type": "number", "minimum": 0}
_URL = {"type": "string", "format": "uri"}


def _statuses(*kinds: NotificationType) -> Definition:
    words = {shown(status, kind): None for kind in kinds for status in Status}
    return {"type": "string", "enum": list(words)}


def _template(uri: str) -> Definition:
    return record(
        {
            "id": ID | {"description": "The template."},
            "version": VERSION | {"description": "The version that was used."},
            "uri": _URL | {"description": uri},
        }
    )


def _cost(*alternatives: Definition) -> Definition:
    return {"type": "object", "oneOf": [record({}), *alternatives]}


_SMS_COST = record(
    {
        "billable_sms_fragments": WHOLE,
        "international_rate_multiplier": {"type": "number"},
        "sms_rate": _POUNDS,
    }
)
_LETTER_COST = record({"billable_sheets_of_paper": WHOLE, "postage": TEXT})


def _when(kind: NotificationType, properties: dict[str, Definition]) -> Definition:
    """Say what holds for one type of notification."""
    return {
        "if": {"properties": {"type": {"const": kind.value}}},
        "then": {"properties": {"status": _statuses(kind), **properties}},
    }


_NO_ADDRESS: dict[str, Definition] = dict.fromkeys(ADDRESS_LINES, NOTHING)
_KINDS = [
    _when(
        NotificationType.SMS,
        {
            **_NO_ADDRESS,
            "email_address": NOTHING,
            "phone_number": TEXT,
            "postage": NOTHING,
            "subject": NOTHING,
            "one_click_unsubscribe_url": NOTHING,
            "cost_details": _cost(_SMS_COST),
        },
    ),
    _when(
        NotificationType.EMAIL,
        {
            **_NO_ADDRESS,
            "email_address": TEXT,
            "phone_number": NOTHING,
            "postage": NOTHING,
            "subject": TEXT,
            "cost_in_pounds": {"const": 0},
            "cost_details": record({}),
        },
    ),
    _when(
        NotificationType.LETTER,
        {
            "email_address": NOTHING,
            "phone_number": NOTHING,
            "postage": POSTAGE,
            "subject": TEXT,
            "one_click_unsubscribe_url": NOTHING,
            "cost_details": _cost(_LETTER_COST),
        },
    )
    | {"else": {"properties": {"estimated_delivery": False}}},
]
_KINDS[-1]["then"]["required"] = ["estimated_delivery"]

NOTIFICATION = Named(
    "Notification",
    record(
        {
            "id": ID | {"description": "The notification."},
            "reference": nullable(TEXT) | {"description": "Yours, as it was sent."},
            "email_address": nullable(TEXT) | {"description": "Recipient of an email."},
            "phone_number": nullable(TEXT) | {"description": "Recipient of a text, as given."},
            **{
                name: nullable(TEXT) | {"description": "Address of a letter, as given."}
                for name in ADDRESS_LINES
            },
            "postage": {"type": ["string", "null"], "enum": [*POSTAGE["enum"], None]}
            | {"description": "How a letter travels."},
            "type": {"type": "string", "enum": TYPES} | {"description": "What was sent."},
            "status": _statuses(*NotificationType) | {"description": "Where it stands."},
            "template": _template("Where the API shows this version.")
            | {"description": "What it was made from."},
            "body": TEXT | {"description": "The text, filled in; empty for a letter from a PDF."},
            "subject": nullable(TEXT) | {"description": "Null for texts."},
            "created_at": TIME | {"description": "When the API accepted it, in UTC."},
            "created_by_name": nullable(TEXT) | {"description": "Who sent it, if a person did."},
            "sent_at": nullable(TIME) | {"description": "When a provider took it."},
            "completed_at": nullable(TIME) | {"description": "When its status became final."},
            "scheduled_for": NOTHING | {"description": "Always null."},
            "one_click_unsubscribe_url": nullable(_URL)
            | {"description": "Where a mail program unsubscribes the recipient."},
            "is_cost_data_ready": {"type": "boolean"} | {"description": "Is the cost known yet?"},
            "cost_in_pounds": nullable(_POUNDS) | {"description": "Null while it is not known."},
            "cost_details": {"type": "object"} | {"description": "What the cost is made of."},
            "estimated_delivery": TIME | {"description": "Letters only: the latest expected day."},
        },
        optional=("estimated_delivery",),
    )
    | {"allOf": _KINDS},
)


def _links() -> Definition:
    properties = {
        "current": _URL | {"description": "This page."},
        "next": _URL | {"description": "The next page; absent when this one is empty."},
    }
    return record(properties, optional=("next",))


NOTIFICATIONS = Named(
    "Notifications",
    record(
        {
            "notifications": {
                "type": "array",
                "maxItems": 250,
                "items": ref(NOTIFICATION.name),
                "description": "Newest first.",
            },
            "links": _links(),
        }
    ),
)


def _created(name: str, content: dict[str, Definition], **extra: Definition) -> Named:
    """Describe the answer to an accepted message."""
    fields: dict[str, Any] = {
        "id": ID | {"description": "The new notification."},
        "reference": nullable(TEXT) | {"description": "Yours, or null."},
        "content": record(content) | {"description": "What the recipient will read."},
        "uri": _URL | {"description": "Where the API shows the notification."},
        "template": _template("An opaque address of the template.")
        | {"description": "What it was made from."},
        "scheduled_for": NOTHING | {"description": "Always null: it is sent at once."},
    }
    return Named(name, record(fields | extra))


SMS_CONTENT: dict[str, Definition] = {"body": TEXT, "from_number": TEXT}
EMAIL_CONTENT: dict[str, Definition] = {
    "body": TEXT,
    "subject": TEXT,
    "from_email": TEXT,
    "one_click_unsubscribe_url": nullable(_URL),
}
LETTER_CONTENT: dict[str, Definition] = {"body": TEXT, "subject": TEXT}
SANITISED: Definition = {
    "type": "object",
    "additionalProperties": record({"unsanitised": TEXT, "sanitised": TEXT}),
    "description": "What `sanitise_content_for` changed, by name of the value.",
}
SMS_CREATED = _created("SmsCreated", SMS_CONTENT)
EMAIL_CREATED = _created("EmailCreated", EMAIL_CONTENT, sanitised_content=SANITISED)
_LETTER_CREATED = _created("LetterCreated", LETTER_CONTENT)
_PDF_CREATED = record(
    {
        "id": ID | {"description": "The new notification."},
        "reference": TEXT | {"description": "Yours."},
        "postage": {"type": "string", "enum": ["first", "second", "economy"]}
        | {"description": "How it will travel."},
    }
)
LETTER_CREATED = Named(_LETTER_CREATED.name, {"oneOf": [_LETTER_CREATED.definition, _PDF_CREATED]})

RECEIVED_TEXTS = Named(
    "ReceivedTexts",
    record(
        {
            "received_text_messages": {
                "type": "array",
                "maxItems": 250,
                "description": "Newest first.",
                "items": record(
                    {
                        "id": ID | {"description": "The text."},
                        "user_number": TEXT | {"description": "Who sent it."},
                        "notify_number": TEXT | {"description": "The service's number."},
                        "service_id": ID | {"description": "Your service."},
                        "content": TEXT | {"description": "What it says."},
                        "created_at": TIME | {"description": "When it came, in UTC."},
                    }
                ),
            },
            "links": _links(),
        }
    ),
)
