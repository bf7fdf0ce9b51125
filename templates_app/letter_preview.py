"""Lay out what a letter from a template would look like, for people to see before any is sent."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from notify_project import clock
from notify_project.api.errors import ApiError
from services.branding.letters import letter_logo
from services.read_models import ServiceModel
from templates_app.letter_attachments import with_attachment
from templates_app.letters import ADDRESS_KEYS, compose, length_of
from templates_app.read_models import TemplateModel
from templates_app.rendering.letter_characters import unprintable
from templates_app.rendering.letter_document import MAX_ADDRESS_LINES, Marks
from templates_app.rendering.letter_print import CannotPrint, Printed, print_letter
from templates_app.rendering.placeholders import key_of

# Ten pages have less. Whoever waits for a page of the browser does not wait for more.
MAX_CHARACTERS = 30_000
_PREVIEWS_REMEMBERED = 16
_ADDRESS = {
    f"address_line_{number}": f"Address line {number}" for number in range(1, MAX_ADDRESS_LINES + 1)
}


class NoPreview(ApiError):
    """The pages of a template cannot be shown; the message says why."""

    status_code = 409


def preview_pages(
    template: TemplateModel, service: ServiceModel, values: Mapping[str, Any]
) -> Printed:
    """Lay a letter out as of today, with dummies of what the printer adds to it.

    Placeholders without a value stay visible, and so do the lines of an address.

    Raises:
        NoPreview: it has too much text, or a library of the system is missing.
        StorageAway: the file store does not give its logo.
    """
    if not values:
        return _empty(template, service.letter_logo, clock.london_today())
    return _laid_out(template, service.letter_logo, clock.london_today(), values)


def unprintable_characters(template: TemplateModel, values: Mapping[str, Any]) -> list[str]:
    """Return what letters from a template, with some values, would print as empty boxes."""
    texts = (
        template.letter_contact_block,
        template.letter_welsh_subject,
        template.letter_welsh_content,
        template.subject,
        template.content,
    )
    return unprintable(*filter(None, texts), *map(str, values.values()))


@lru_cache(maxsize=_PREVIEWS_REMEMBERED)
def _empty(template: TemplateModel, logo_name: str | None, day: date) -> Printed:
    """Lay it out once for all of its pages, which are asked for one by one."""
    return _laid_out(template, logo_name, day, {})


def _laid_out(
    template: TemplateModel, logo_name: str | None, day: date, values: Mapping[str, Any]
) -> Printed:
    if length_of(template, values) > MAX_CHARACTERS:
        raise NoPreview(f"Letters of more than {MAX_CHARACTERS} characters are not shown")
    address_keys = set(map(key_of, ADDRESS_KEYS))
    has_address = any(key_of(name) in address_keys for name in values)
    html = compose(
        template,
        values if has_address else {**_ADDRESS, **values},
        contact_block=template.parsed_contact_block,
        day=day,
        marks=Marks(are_dummies=True),
        has_logo=logo_name is not None,
    )
    try:
        printed = print_letter(html, logo=letter_logo(logo_name) if logo_name else None)
    except CannotPrint as error:
        raise NoPreview("Pages of letters cannot be made on this machine") from error
    return with_attachment(printed, template)
