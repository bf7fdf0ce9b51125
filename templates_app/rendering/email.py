"""Make emails: subject, API body, HTML and plain text."""

import re
from dataclasses import dataclass
from functools import lru_cache

from markdown_it.token import Token

from notify_project.recipients.characters import (
    BIDI_CONTROLS,
    CONTROLS,
    LINE_SEPARATORS,
    WIDE_SPACES,
    ZERO_WIDTH,
)
from templates_app.rendering.email_blocks import (
    set_type,
    to_html,
    to_plain_text,
    to_preheader,
)
from templates_app.rendering.markdown import parse_markdown
from templates_app.rendering.placeholders import Parsed, fill, filled_markdown
from templates_app.rendering.typography import typographic
from templates_app.rendering.values import Values

DEFAULT_UNLINKED_NAMES = ("GOV.UK",)
UNSUBSCRIBE_TEXT = "Unsubscribe from these emails"

_IN_SUBJECT = {
    **dict.fromkeys(map(ord, ZERO_WIDTH + LINE_SEPARATORS + CONTROLS + BIDI_CONTROLS)),
    **dict.fromkeys(map(ord, WIDE_SPACES), " "),
}


@dataclass(frozen=True, slots=True)
class EmailParts:
    """The rendered body of an email: a fragment of HTML, its plain text, its first words."""

    html_fragment: str
    plain_text: str
    preheader: str


def email_body(parsed: Parsed, values: Values) -> str:
    """Return the body as the API shows it: Markdown with the values in place."""
    return fill(parsed, values, lists="bullets").strip()


def email_subject(parsed: Parsed, values: Values) -> str:
    """Return the subject as it goes into the header: one line, not escaped."""
    subject = typographic(fill(parsed, values))
    return " ".join(subject.translate(_IN_SUBJECT).split())


def email_parts(
    parsed: Parsed,
    values: Values,
    *,
    unsubscribe_url: str | None = None,
    unlinked_names: tuple[str, ...] = DEFAULT_UNLINKED_NAMES,
) -> EmailParts:
    """Return everything that is sent of the body; its Markdown is parsed once."""
    tokens = _tokens(parsed, values, unlinked_names)
    footer = _unsubscribe_tokens(unsubscribe_url) if unsubscribe_url else []
    return EmailParts(
        html_fragment=to_html(tokens + footer),
        plain_text=to_plain_text(tokens + footer),
        preheader=to_preheader(tokens),
    )


def email_html_fragment(
    parsed: Parsed, values: Values, *, unlinked_names: tuple[str, ...] = DEFAULT_UNLINKED_NAMES
) -> str:
    """Return the body as HTML with inline styles, without the document around it."""
    return to_html(_tokens(parsed, values, unlinked_names))


def _tokens(parsed: Parsed, values: Values, unlinked_names: tuple[str, ...]) -> list[Token]:
    text = _without_name_links(filled_markdown(parsed, values), unlinked_names)
    return set_type(parse_markdown(text))


def _unsubscribe_tokens(url: str) -> list[Token]:
    return set_type(parse_markdown(f"---\n\n[{UNSUBSCRIBE_TEXT}]({url})"))


def _without_name_links(text: str, names: tuple[str, ...]) -> str:
    """Break brand names that look like hosts, so that mail programs do not link them."""
    lowered = text.lower()
    if not any(name.lower() in lowered for name in names):
        return text
    return _names_pattern(names).sub(lambda match: match[0].replace(".", ".\u200b"), text)


@lru_cache(maxsize=8)
def _names_pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    alternatives = "|".join(map(re.escape, names))
    return re.compile(rf"(?:(?<!\S)|(?<=(?<!\S)[#*^]))(?:{alternatives})(?![/?#])", re.IGNORECASE)
