"""Make the file that shows people which columns a template needs."""

import csv
import io

from notifications.spreadsheets.columns import (
    ADDRESS_LINES,
    POSTCODE,
    RECIPIENT_COLUMNS,
)
from notifications.spreadsheets.template import EMAIL, LETTER, SMS, Template
from templates_app.rendering.placeholders import key_of

# Source: the API contract, the example file that is offered.
_RECIPIENTS = {
    EMAIL: {RECIPIENT_COLUMNS[EMAIL]: "test@example.com"},
    SMS: {RECIPIENT_COLUMNS[SMS]: "07700 900321"},
    LETTER: {
        ADDRESS_LINES[0]: "A. Name",
        ADDRESS_LINES[1]: "123 Example Street",
        POSTCODE: "XM4 5HQ",
    },
}
_OTHER = "example"


def example_file(template: Template) -> str:
    """Return CSV text with the columns of a template, and one row."""
    cells = dict(_RECIPIENTS[template.template_type])
    given = set(map(key_of, cells))
    cells |= {name: _OTHER for name in template.names if key_of(name) not in given}
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([cells.keys(), cells.values()])
    return text.getvalue()
