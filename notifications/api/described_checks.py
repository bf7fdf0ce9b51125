"""What the answer to a check holds: the schema of what ``validate`` builds."""

from notifications.api.described import (
    EMAIL_CONTENT,
    LETTER_CONTENT,
    POSTAGE,
    SANITISED,
    SMS_CONTENT,
    TYPES,
    VERSION,
)
from notify_project.api.operations import ID, NOTHING, TEXT, WHOLE, Named, nullable, record
from notify_project.api.schema import Definition, object_of
from notify_project.constants import Queue

_REFUSAL = object_of(
    {
        "error": TEXT,
        "message": TEXT,
        "data": TEXT,
        "num_bytes": WHOLE,
        "max_bytes": WHOLE,
    },
    required=("error", "message"),
)
_TEMPLATE = record({"id": ID, "version": VERSION, "name": TEXT})


def _nullable(text: str, *alternatives: Definition) -> Definition:
    return {
        "type": ["object", "null"],
        "oneOf": [NOTHING, *alternatives],
        "description": text,
    }


VALIDATION = Named(
    "Validation",
    record(
        {
            "valid": {"type": "boolean", "description": "Would the message be accepted?"},
            "errors": {
                "type": "array",
                "items": _REFUSAL,
                "description": "Why not: every refusal at once, where sending answers the first.",
            },
            "notification_type": {"type": "string", "enum": TYPES, "description": "As asked."},
            "template": _nullable("The template, once it was found.", _TEMPLATE),
            "content": _nullable(
                "What would be read; null where it cannot be told.",
                record(SMS_CONTENT),
                record({**EMAIL_CONTENT, "sanitised_content": SANITISED}),
                record(LETTER_CONTENT),
            ),
            "simulated": {"type": "boolean", "description": "Is the recipient one for tests?"},
            "postage": {
                "type": ["string", "null"],
                "enum": [*POSTAGE["enum"], None],
                "description": "Letters: how it would travel.",
            },
            "characters": nullable(WHOLE) | {"description": "Texts: their length."},
            "fragments": nullable(WHOLE) | {"description": "Texts: how many are charged."},
            "pages": NOTHING | {"description": "Always null: known once the PDF is made."},
            "cost_in_pounds": {"type": ["number", "null"], "minimum": 0}
            | {"description": "What it would cost, where that is known beforehand."},
            "queue": {
                "type": ["string", "null"],
                "enum": [*[queue.value for queue in Queue], None],
                "description": "Which queue would carry it.",
            },
        }
    ),
)
