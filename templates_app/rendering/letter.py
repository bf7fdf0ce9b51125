"""Make the texts of letters: heading and body, as the API shows them and as they are printed."""

import re
from itertools import pairwise

from templates_app.rendering.email import email_body, email_subject
from templates_app.rendering.letter_blocks import to_letter_html
from templates_app.rendering.letter_qr_codes import MAX_QR_CODE_BYTES, qr_code_of, size_of
from templates_app.rendering.markdown import parse_markdown
from templates_app.rendering.placeholders import Parsed, filled_markdown
from templates_app.rendering.values import Values, escape_html

_mentions_qr_code = re.compile("qr", re.IGNORECASE).search


def letter_body(parsed: Parsed, values: Values) -> str:
    """Return the body as the API shows it: Markdown with the values in place."""
    return email_body(parsed, values)


def letter_subject(parsed: Parsed, values: Values) -> str:
    """Return the heading as the API shows it: one line, escaped for HTML."""
    return escape_html(email_subject(parsed, values))


def letter_html(parsed: Parsed, values: Values) -> str:
    """Return the body as HTML, to be printed; nothing in it comes from elsewhere."""
    return to_letter_html(parse_markdown(filled_markdown(parsed, values)))


def overlong_qr_code(parsed: Parsed, values: Values) -> str | None:
    """Return the text of the first QR code that holds too much to be scanned, if there is one."""
    filled = filled_markdown(parsed, values)
    if not _mentions_qr_code(filled):
        return None
    codes = (qr_code_of(*pair) for pair in pairwise(parse_markdown(filled)))
    return next((text for text in codes if text and size_of(text) > MAX_QR_CODE_BYTES), None)
