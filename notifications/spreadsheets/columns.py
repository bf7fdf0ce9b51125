"""Match the columns of a file to what a template needs. Source: the API contract, columns."""

from collections import defaultdict
from collections.abc import Sequence, Set
from dataclasses import dataclass

from notifications.spreadsheets.cells import clean_cell
from notifications.spreadsheets.template import EMAIL, LETTER, SMS, Template
from templates_app.rendering.placeholders import key_of

RECIPIENT_COLUMNS = {EMAIL: "email address", SMS: "phone number"}
ADDRESS_LINES = tuple(f"address line {number}" for number in range(1, 8))
POSTCODE = "postcode"
MIN_ADDRESS_COLUMNS = 3

_LINE_KEYS = tuple(map(key_of, ADDRESS_LINES))
_LETTER_KEYS = (*_LINE_KEYS, POSTCODE)
_LAST_LINE_KEY = _LINE_KEYS[-1]
# An address is either seven lines, or six and a postcode.
_ADDRESSES = (frozenset(_LINE_KEYS), frozenset({*_LINE_KEYS[:-1], POSTCODE}))
_CLIENT_REFERENCE = "reference"


@dataclass(frozen=True, slots=True)
class Column:
    """A field of the message, and where in a row its values are; several make a list."""

    name: str
    key: str
    places: tuple[int, ...]
    is_needed: bool


@dataclass(frozen=True, slots=True)
class Columns:
    """What the first row of a file says.

    Attributes:
        headings: every column, for display.
        fields: the columns that are sent: recipient and placeholders.
        recipient_keys: of the fields that say who it is sent to, in their order there.
        reference: the place of what becomes the notification's ``client_reference``.
        has_recipient: there is enough to send to.
        duplicates: the headings that name the same part of the recipient, together.
        missing: the fields without a column, as the template spells them.
    """

    headings: tuple[str, ...]
    fields: tuple[Column, ...]
    recipient_keys: tuple[str, ...]
    reference: int | None
    has_recipient: bool
    duplicates: tuple[tuple[str, ...], ...]
    missing: tuple[str, ...]

    @property
    def are_usable(self) -> bool:
        """Say whether rows can be sent with these columns."""
        return self.has_recipient and not self.duplicates and not self.missing


def match_columns(header: Sequence[str], template: Template) -> Columns:
    """Find the columns that a template needs, whatever their order and spelling."""
    headings = tuple(map(clean_cell, header))
    places: defaultdict[str, list[int]] = defaultdict(list)
    for place, heading in enumerate(headings):
        places[key_of(heading)].append(place)
    needed = _needed(template)
    recipient = _recipient_keys(template)
    return Columns(
        headings=headings,
        fields=tuple(
            # Two columns for a recipient are refused; what is shown meanwhile is the last one.
            Column(headings[at[0]], key, tuple(at[-1:] if key in recipient else at), key in needed)
            for key, at in places.items()
            if key in needed or key in recipient
        ),
        # A seventh line stands in for the postcode wherever there is one.
        recipient_keys=tuple(
            key for key in recipient if not (key == POSTCODE and _LAST_LINE_KEY in places)
        ),
        reference=places[_CLIENT_REFERENCE][0] if _CLIENT_REFERENCE in places else None,
        has_recipient=_has_recipient(template, places.keys()),
        duplicates=tuple(
            tuple(headings[place] for place in places[key])
            for key in recipient
            if len(places.get(key, ())) > 1
        ),
        missing=tuple(name for key, name in needed.items() if key not in places),
    )


def _recipient_keys(template: Template) -> tuple[str, ...]:
    if template.template_type == LETTER:
        return _LETTER_KEYS
    return (key_of(RECIPIENT_COLUMNS[template.template_type]),)


def _needed(template: Template) -> dict[str, str]:
    """Return name by key of what every row must have, the recipient first."""
    fields = {key_of(name): name for name in template.names}
    if template.template_type == LETTER:
        return {key: name for key, name in fields.items() if key not in _LETTER_KEYS}
    recipient = RECIPIENT_COLUMNS[template.template_type]
    return {key_of(recipient): recipient} | fields


def _has_recipient(template: Template, keys: Set[str]) -> bool:
    if template.template_type == LETTER:
        return any(len(address & keys) >= MIN_ADDRESS_COLUMNS for address in _ADDRESSES)
    return key_of(RECIPIENT_COLUMNS[template.template_type]) in keys
