"""Refuse what people should not write; programs may. Source: the API contract, checks on save."""

from notify_project.recipients.characters import closest
from templates_app.rendering.placeholders import Parsed, Placeholder, names, parse
from templates_app.rendering.sms import ALLOWED_CHARACTERS
from templates_app.validation import InvalidTemplate

# Of more than three characters that cannot be shown, as many are listed.
_LISTED = 2


def require_no_commas(*texts: str | None) -> None:
    """Refuse placeholders with a comma in their name: a spreadsheet has no such column.

    Raises:
        InvalidTemplate: one has.
    """
    if any("," in name for name in names(*(parse(text) for text in texts if text))):
        raise InvalidTemplate("You cannot put commas between double brackets")


def require_shown_on_phones(content: str) -> None:
    """Refuse characters in place of which phones would show a question mark.

    Raises:
        InvalidTemplate: it lists them.
    """
    found = list(
        dict.fromkeys(
            character
            for text in _sent_texts(parse(content))
            for character in text
            if _is_lost(character)
        )
    )
    if not found:
        return
    listed = found if len(found) <= _LISTED + 1 else [*found[:_LISTED], "similar characters"]
    *first, last = listed
    words = f"{', '.join(first)} or {last}" if first else last
    subject = "It" if len(found) == 1 else "These characters"
    raise InvalidTemplate(
        f"You cannot use {words} in text messages. "
        f"{subject} will not display properly on some phones."
    )


def _is_lost(character: str) -> bool:
    # White space of any kind becomes a space or a line break.
    is_safe = character == "?" or character.isspace()
    return not is_safe and closest(character, ALLOWED_CHARACTERS) == "?"


def _sent_texts(parsed: Parsed) -> list[str]:
    """Return what a template may say by itself: names of placeholders are not sent."""
    return [
        (part.optional_text or "") if isinstance(part, Placeholder) else part
        for part in parsed.parts
    ]
