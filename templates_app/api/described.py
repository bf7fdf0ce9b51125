"""What the answers about templates hold: the schemas of what ``responses`` builds."""

from notify_project.api.operations import (
    ID,
    NOTHING,
    TEXT,
    TIME,
    Named,
    nullable,
    record,
    ref,
)

TYPE = {"type": "string", "enum": ["sms", "email", "letter"]}
VERSION = {"type": "integer", "minimum": 1}
POSTAGE = {
    "type": ["string", "null"],
    "enum": ["first", "second", "economy", "europe", "rest-of-world", None],
}
_PLACEHOLDER = record({"required": {"const": True}})

TEMPLATE = Named(
    "Template",
    record(
        {
            "id": ID | {"description": "The template, in all its versions."},
            "type": TYPE | {"description": "What is sent from it."},
            "name": TEXT | {"description": "What people call it."},
            "created_at": TIME | {"description": "When the template was made, in UTC."},
            "updated_at": nullable(TIME) | {"description": "When this version was made."},
            "created_by": TEXT | {"description": "Email address of the author."},
            "version": VERSION | {"description": "Rises by one with each change."},
            "body": TEXT | {"description": "The text, placeholders as `((name))`."},
            "subject": nullable(TEXT) | {"description": "Null for texts."},
            "personalisation": {
                "type": "object",
                "additionalProperties": _PLACEHOLDER,
                "description": "One entry for each placeholder, in the order of the text.",
            },
            "postage": POSTAGE | {"description": "Null unless it is a letter."},
            "letter_contact_block": nullable(TEXT)
            | {"description": "Sender's address on letters, placeholders not filled in."},
        }
    ),
)
TEMPLATES = Named(
    "Templates",
    record(
        {
            "templates": {
                "type": "array",
                "items": ref(TEMPLATE.name),
                "description": "Sorted by name.",
            }
        }
    ),
)
PREVIEW = Named(
    "TemplatePreview",
    record(
        {
            "id": ID | {"description": "The template."},
            "type": TYPE | {"description": "What is sent from it."},
            "version": VERSION | {"description": "The newest version, which was rendered."},
            "body": TEXT | {"description": "The text, filled in."},
            "subject": nullable(TEXT) | {"description": "Null for texts."},
            "html": nullable(TEXT)
            | {"description": "The body as HTML, without the page around it; emails only."},
            "postage": POSTAGE | {"description": "Null unless it is a letter."},
        }
    )
    | {
        "allOf": [
            {
                "if": {"properties": {"type": {"const": "email"}}},
                "then": {"properties": {"html": TEXT, "subject": TEXT}},
                "else": {"properties": {"html": NOTHING}},
            }
        ]
    },
)
