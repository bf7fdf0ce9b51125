"""What the entry of a template says in columns, and what differs from the template there is."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.models import Service, ServiceLetterContact
from services.senders import contact_block_of
from templates_app.configuration.declarations import DeclaredTemplate
from templates_app.models import LetterLanguages, Template
from templates_app.validation import InvalidTemplate
from templates_app.versions import CHANGEABLE

# The name is how a template is known, and a contact block is known by its text.
_COLUMNS = tuple(name for name in CHANGEABLE if name not in ("name", "service_letter_contact_id"))
_WELSH = ("letter_welsh_subject", "letter_welsh_content")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a template is to become.

    Attributes:
        values: columns with their new values.
        differences: words of the file with the old and the new value.
    """

    values: dict[str, Any]
    differences: dict[str, tuple[Any, Any]]


def values_of_new(entry: DeclaredTemplate, service: Service) -> dict[str, Any]:
    """Return the columns of a template that is not there yet.

    Raises:
        InvalidTemplate: the service has no such contact block.
    """
    block = _contact_block(entry, service)
    return {
        "service_letter_contact_id": block,
        **{column: getattr(entry, column) for column in _COLUMNS},
    }


def wanted_of(entry: DeclaredTemplate, row: Template) -> Wanted:
    """Return what an entry wants otherwise than a template is.

    Raises:
        InvalidTemplate: the service has no such contact block.
    """
    given: dict[str, Any] = {
        column: getattr(entry, column) for column in _COLUMNS if entry.gives(column)
    }
    if entry.letter_languages == LetterLanguages.ENGLISH:
        # The file of an English letter has no Welsh text: what there was goes.
        given = {**dict.fromkeys(_WELSH), **given}
    values = {column: value for column, value in given.items() if getattr(row, column) != value}
    differences = {column: (getattr(row, column), value) for column, value in values.items()}
    block = row.service_letter_contact
    before = None if block is None or block.archived else block
    wanted_id = _contact_block(entry, row.service)
    if entry.gives("contact_block") and wanted_id != (before.id if before else None):
        values["service_letter_contact_id"] = wanted_id
        differences["contact_block"] = (
            before.contact_block if before else None,
            entry.contact_block,
        )
    return Wanted(values, differences)


def _contact_block(entry: DeclaredTemplate, service: Service) -> UUID | None:
    """Return the block with the text that the file gives: a text is there once."""
    if entry.contact_block is None:
        return None
    blocks = ServiceLetterContact.objects.filter(service=service, archived=False)
    row = blocks.filter(contact_block=contact_block_of(entry.contact_block)).first()
    if row is None:
        raise InvalidTemplate("the service has no letter contact with this address")
    return row.id
