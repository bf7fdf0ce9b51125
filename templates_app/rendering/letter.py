"""Make the texts of letters: heading and body as the API shows them, QR codes."""

import re
from collections.abc import Iterator
from itertools import pairwise

from templates_app.rendering.email import email_body, email_subject
from templates_app.rendering.markdown import parse_markdown
from templates_app.rendering.placeholders import Parsed, fill
from templates_app.rendering.values import Values, decode_references, escape_html

# Source: the API contract, QR codes: what fits at the size that scanners can read.
MAX_QR_CODE_BYTES = 504

_mentions_qr_code = re.compile("qr", re.IGNORECASE).search
_qr_code_in = re.compile(r"\s*qr\s*:(.*)", re.IGNORECASE | re.DOTALL).fullmatch
# Headings below the first level are paragraphs in letters.
_PARAGRAPHS = frozenset({"p", "h3"})


def letter_body(parsed: Parsed, values: Values) -> str:
    """Return the body as the API shows it: Markdown with the values in place."""
    return email_body(parsed, values)


def letter_subject(parsed: Parsed, values: Values) -> str:
    """Return the heading as the API shows it: one line, escaped for HTML."""
    return escape_html(email_subject(parsed, values))


def overlong_qr_code(parsed: Parsed, values: Values) -> str | None:
    """Return the text of the first QR code that holds too much to be scanned, if there is one."""
    return next((text for text in _qr_codes(parsed, values) if _is_overlong(text)), None)


def qr_code_text(paragraph: str) -> str | None:
    """Return what the QR code in place of a paragraph says; None if it is an ordinary one."""
    match = _qr_code_in(paragraph)
    return decode_references(match[1].strip()) or None if match else None


def _qr_codes(parsed: Parsed, values: Values) -> Iterator[str]:
    filled = fill(parsed, values, lists="bullets")
    if not _mentions_qr_code(filled):
        return
    for opening, inline in pairwise(parse_markdown(filled)):
        is_paragraph = opening.nesting == 1 and opening.tag in _PARAGRAPHS and not opening.hidden
        if inline.type == "inline" and is_paragraph and (text := qr_code_text(inline.content)):
            yield text


def _is_overlong(text: str) -> bool:
    return len(text.encode(errors="surrogatepass")) > MAX_QR_CODE_BYTES
