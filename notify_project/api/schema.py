"""Check JSON against a schema and report every violation, worded as the API words it."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import fastjsonschema
import jsonschema

from notify_project import clock
from notify_project.api.errors import ValidationFailed
from notify_project.recipients.email import InvalidEmail, parse_email
from notify_project.recipients.phone import InvalidPhone, parse_phone

Definition = dict[str, Any]

# --- Building blocks of definitions ------------------------------------------------------------
# `nulls: False` is a keyword of ours: U+0000 cannot be stored in PostgreSQL. So is `refusal`: the
# one text for every violation of its definition; `{value}` stands for the refused value.
UUID_TEXT: Final[Definition] = {"type": "string", "format": "uuid"}
REFERENCE: Final[Definition] = {"type": "string", "maxLength": 1000, "nulls": False}
PHONE_NUMBER: Final[Definition] = {"type": "string", "format": "phone_number", "nulls": False}
EMAIL_ADDRESS: Final[Definition] = {"type": "string", "format": "email_address", "nulls": False}
PERSONALISATION: Final[Definition] = {"type": "object", "nulls": False}
SCHEDULED_FOR: Final[Definition] = {"type": ["string", "null"], "format": "scheduled_for"}
HTTPS_URL: Final[Definition] = {"type": "string", "format": "https_url"}
POSTAGE: Final[Definition] = {"type": "string", "format": "postage"}

# Wrong type and wrong format read the same. Source: the API contract, schema validation.
_ONE_TEXT = {"uuid": "is not a valid UUID", "https_url": "is not a valid https url"}
_NOT_ISO_8601 = (
    "datetime format is invalid. It must be a valid ISO8601 date time format, "
    "https://en.wikipedia.org/wiki/ISO_8601"
)
_FURTHEST = timedelta(hours=24)
_UUID = re.compile(
    r"(?:urn:uuid:)?(\{)?"
    r"(?:[0-9a-f]{32}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?(1)\})",
    re.IGNORECASE,
)
# Source: RFC 3986, the characters of a URI.
_HTTPS_URL = re.compile(
    r"https://(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+", re.ASCII
)


def parse_uuid(text: str) -> UUID | None:
    """Read a UUID in any of the accepted spellings; None for anything else."""
    return UUID(text) if _UUID.fullmatch(text) else None


def object_of(properties: dict[str, Definition], *, required: tuple[str, ...] = ()) -> Definition:
    """Return the definition of an object; violations are reported in the order given here."""
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name in required],
        "additionalProperties": False,
    }


class Schema:
    """A definition, compiled once."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self._accept = fastjsonschema.compile(
            definition, formats=_PREDICATES, use_default=False, detailed_exceptions=False
        )
        self._explain = _Explainer(definition, format_checker=_FORMATS).iter_errors
        self._texts = tuple(
            name for name, rules in definition["properties"].items() if rules.get("nulls") is False
        )

    def require(self, value: Any) -> None:
        """Check a value.

        Raises:
            ValidationFailed: with all violations, in the promised order.
        """
        if not self._is_fit(value):
            raise ValidationFailed(*(text for _, text in self.violations(value)))

    def violations(self, value: Any) -> list[tuple[str | None, str]]:
        """Return each violation's property, or None, and text; identical ones are collapsed."""
        return list(dict.fromkeys((_property(e), _word(e)) for e in self._explain(value)))

    def _is_fit(self, value: Any) -> bool:
        try:
            self._accept(value)
        except fastjsonschema.JsonSchemaValueException:
            return False
        return not any(contains_null(value.get(name)) for name in self._texts)


def contains_null(value: Any) -> bool:
    """Is there a U+0000 anywhere in a JSON value, its keys included?"""
    if isinstance(value, str):
        return "\0" in value
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            if "\0" in item:
                return True
        elif isinstance(item, dict):
            waiting.extend(item)
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
    return False


def _property(error: jsonschema.ValidationError) -> str | None:
    return str(error.absolute_path[0]) if error.absolute_path else None


def _word(error: jsonschema.ValidationError) -> str:
    rules = error.schema if isinstance(error.schema, dict) else {}
    if not error.absolute_path:
        return str(rules.get("refusal", error.message)).replace("'", "")
    if (refusal := rules.get("refusal")) is not None:
        text = refusal.format(value=error.instance)
    elif error.validator == "nulls":
        text = error.message
    elif (one_text := _ONE_TEXT.get(rules.get("format", ""))) is not None:
        text = one_text
    elif error.validator == "format":
        text = str(error.cause)
    else:
        text = error.message
    return f"{error.absolute_path[0]} {text}".replace("'", "")


# --- Formats: each raises ValueError with the text of its violation ------------------------------
def _require_uuid(text: str) -> None:
    if not _UUID.fullmatch(text):
        raise ValueError(_ONE_TEXT["uuid"])


def _require_https_url(text: str) -> None:
    if not _HTTPS_URL.fullmatch(text):
        raise ValueError(_ONE_TEXT["https_url"])


def _require_phone_number(text: str) -> None:
    if "\0" in text:
        return  # reported as such, and alone
    try:
        parse_phone(text)
    except InvalidPhone as error:
        raise ValueError(error.message) from error


def _require_email_address(text: str) -> None:
    if "\0" in text:
        return  # reported as such, and alone
    try:
        parse_email(text)
    except InvalidEmail as error:
        raise ValueError("Not a valid email address") from error


def _require_schedule(text: str) -> None:
    try:
        # Any offset is ignored. Source: the API contract.
        wanted = datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError as error:
        raise ValueError(_NOT_ISO_8601) from error
    now = clock.now()
    if wanted < now:
        raise ValueError("datetime can not be in the past")
    if wanted > now + _FURTHEST:
        raise ValueError("datetime can only be 24 hours in the future")


def _require_postage(text: str) -> None:
    if text not in {"first", "second", "economy"}:
        raise ValueError("invalid. It must be either first, second or economy.")


_REQUIREMENTS: dict[str, Callable[[str], None]] = {
    "uuid": _require_uuid,
    "https_url": _require_https_url,
    "phone_number": _require_phone_number,
    "email_address": _require_email_address,
    "scheduled_for": _require_schedule,
    "postage": _require_postage,
}


def _predicate(require: Callable[[str], None]) -> Callable[[str], bool]:
    def holds(text: str) -> bool:
        try:
            require(text)
        except ValueError:
            return False
        return True

    return holds


def _text_only(require: Callable[[str], None]) -> Callable[[object], bool]:
    def check(value: object) -> bool:
        if isinstance(value, str):
            require(value)
        return True

    return check


def _no_nulls(
    _validator: Any, _allowed: Any, value: Any, _schema: Any
) -> Iterator[jsonschema.ValidationError]:
    if contains_null(value):
        yield jsonschema.ValidationError("must not contain null characters")


_PREDICATES = {name: _predicate(require) for name, require in _REQUIREMENTS.items()}
_FORMATS = jsonschema.FormatChecker(formats=())
for _name, _require in _REQUIREMENTS.items():
    _FORMATS.checkers[_name] = (_text_only(_require), ValueError)
_Explainer: Any = jsonschema.validators.extend(  # type: ignore[no-untyped-call]  # by jsonschema
    jsonschema.Draft7Validator, {"nulls": _no_nulls}
)
