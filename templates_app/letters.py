"""Put a letter together: its template, its values, its address and its day. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from notify_project.recipients.postal import address_of
from templates_app.read_models import TemplateModel
from templates_app.rendering.letter import letter_html, letter_subject
from templates_app.rendering.letter_dates import Language, printed_date
from templates_app.rendering.letter_document import (
    LetterParts,
    Marks,
    contact_lines,
    letter_document,
)
from templates_app.rendering.placeholders import Parsed, filled_markdown, key_of

ADDRESS_KEYS = (*(f"address_line_{number}" for number in range(1, 8)), "postcode")


def compose(
    template: TemplateModel,
    values: Mapping[str, Any],
    *,
    contact_block: Parsed | None,
    day: date,
    marks: Marks | None = None,
    has_logo: bool = False,
) -> str:
    """Return the document of a letter: Welsh pages first, if there are any.

    Args:
        template: the version that it was accepted with.
        values: personalisation by name, the lines of the address among them.
        contact_block: of the sender.
        day: that is printed on it.
        marks: for machines; a preview has none.
        has_logo: whether its service has one.
    """
    given = dict(values)
    texts: dict[Language, tuple[Parsed | None, Parsed | None]] = {
        "welsh": (template.parsed_welsh_subject, template.parsed_welsh_content),
        "english": (template.parsed_subject, template.parsed_content),
    }
    languages = [
        LetterParts(
            address_lines=_address(given),
            contact_lines=contact_lines(contact_block, given) if contact_block else (),
            date=printed_date(day, language),
            heading_html=letter_subject(heading, given),
            body_html=letter_html(content, given),
            language=language,
        )
        for language, (heading, content) in texts.items()
        if heading is not None and content is not None
    ]
    return letter_document(*languages, marks=marks, has_logo=has_logo)


def length_of(template: TemplateModel, values: Mapping[str, Any]) -> int:
    """Return how many characters the text of a letter has, in both languages."""
    given = dict(values)
    texts = (template.parsed_welsh_content, template.parsed_content)
    return sum(len(filled_markdown(text, given)) for text in texts if text is not None)


def _address(values: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the lines as they are printed, however the names of their values are spelt."""
    by_key = {key_of(name): value for name, value in values.items()}
    keys = {key: key_of(key) for key in ADDRESS_KEYS}
    return address_of({key: by_key[name] for key, name in keys.items() if name in by_key}).lines
