"""Texts that MMG hands on, as JSON."""

from typing import Any
from urllib.parse import unquote_plus

import orjson

from notifications.received_texts.posted import (
    MAX_REFERENCE,
    MalformedText,
    PostedText,
    instant,
    national,
)

# Source: the API contract, callbacks the server receives from providers; the spelling is MMG's.
_FAILED = "MMG received text failed: "


def read(body: bytes) -> PostedText:
    """Read one text; its content and date are percent-encoded, with ``+`` for a space.

    Raises:
        MalformedText: it is not what MMG's documentation says.
    """
    fields = _fields(body)
    texts = {name: _text(value) for name, value in fields.items()}
    numbers = {name: (texts.get(name) or "").strip() for name in ("MSISDN", "Number")}
    missing = [name for name, number in numbers.items() if not number]
    missing += ["Message"] if texts.get("Message") is None else []
    if missing:
        raise MalformedText(*(f"{_FAILED}{name} missing" for name in missing))
    reference = (texts.get("ID") or "").strip() or None
    if reference and (len(reference) > MAX_REFERENCE or "\0" in reference):
        raise MalformedText(f"{_FAILED}ID is not a name")
    return PostedText(
        user_number=numbers["MSISDN"],
        notify_number=national(numbers["Number"]),
        content=unquote_plus(texts["Message"] or ""),
        reference=reference,
        sent_at=instant(unquote_plus(texts.get("DateRecieved") or "")),
    )


def _fields(body: bytes) -> dict[str, Any]:
    try:
        fields = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise MalformedText(f"{_FAILED}not JSON") from error
    if not isinstance(fields, dict):
        raise MalformedText(f"{_FAILED}not a JSON object")
    return fields


def _text(value: Any) -> str | None:
    """Return what is a text, or a number that stands for one; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return str(value)
