"""What a template that is being written would say: with test values, before anything is saved."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from notify_project.api.errors import ApiError
from notify_project.constants import NotificationType
from services.models import Service
from services.read_models import find_service
from templates_app.letter_preview import NoPreview, preview_pages, unprintable_characters
from templates_app.models import Template
from templates_app.read_models import TemplateModel, model_of
from templates_app.rendering.letter_pages import MAX_PAGES
from templates_app.rendering.letter_pictures import pages_png
from templates_app.rendering.sms import SmsText, character_count, sms_body, sms_text

# More is not shown while somebody writes; what is saved has limits of its own.
MAX_CHARACTERS: Final = 100_000
MAX_VALUES: Final = 100


class TooMuch(ApiError):
    """There is more text, or there are more values, than is shown while somebody writes."""


@dataclass(frozen=True, slots=True)
class Size:
    """How long a text is, as far as its values are known."""

    characters: int
    fragments: int
    alphabet: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A template as it is being written.

    Attributes:
        names: its placeholders.
        size: of a text.
        lost: characters that a letter would print as empty boxes.
    """

    names: tuple[str, ...]
    size: Size | None = None
    lost: tuple[str, ...] = ()


def draft(row: Template, service: Service, values: Mapping[str, str]) -> Draft:
    """Look at a template that need not be saved.

    Raises:
        TooMuch: of text or values.
    """
    _require_little(row, values)
    model = model_of(row)
    if row.template_type == NotificationType.SMS:
        return Draft(model.names, _size(model, service, values))
    if row.template_type == NotificationType.LETTER:
        return Draft(model.names, lost=tuple(unprintable_characters(model, values)))
    return Draft(model.names)


def draft_pages(row: Template, values: Mapping[str, str]) -> bytes:
    """Return the pages of a letter that need not be saved, below each other, as a picture.

    Raises:
        NoPreview: it cannot be laid out; the message says why.
        TooMuch: of text or values.
        StorageAway: the file store does not give its logo.
    """
    _require_little(row, values)
    service = find_service(row.service_id)
    if service is None:
        raise NoPreview("There is no such service")
    return pages_png(preview_pages(model_of(row), service, values).pdf, most=MAX_PAGES)


def _require_little(row: Template, values: Mapping[str, str]) -> None:
    texts = (row.content, row.subject, row.letter_welsh_content, row.letter_welsh_subject)
    length = sum(len(text or "") for text in (*texts, *values.values()))
    if length > MAX_CHARACTERS or len(values) > MAX_VALUES:
        raise TooMuch("There is too much text to show it while you write")


def _size(model: TemplateModel, service: Service, values: Mapping[str, str]) -> Size:
    # A placeholder without a value is as long as nothing, as it is where templates are checked.
    filled = {**dict.fromkeys(model.names, ""), **values}
    text: SmsText = sms_text(
        model.parsed_content, filled, service.name if service.prefix_sms else None
    )
    return Size(
        character_count(sms_body(model.parsed_content, filled)), text.fragments, text.encoding
    )
