"""Find the paragraphs of a letter that ask for a QR code, and draw it."""

import re

import segno
from markdown_it.token import Token

from templates_app.rendering.values import decode_references

# Source: the API contract, QR codes: what fits at the size that scanners can read.
MAX_QR_CODE_BYTES = 504
_SIDE = "84pt"
# Black ink alone, for the printer.
BLACK = "device-cmyk(0 0 0 1)"

_qr_code_in = re.compile(r"\s*qr\s*:(.*)", re.IGNORECASE | re.DOTALL).fullmatch
# Headings below the first level are paragraphs in letters.
_PARAGRAPHS = frozenset({"p", "h3"})


def qr_code_text(paragraph: str) -> str | None:
    """Return what the QR code in place of a paragraph says; None if it is an ordinary one."""
    match = _qr_code_in(paragraph)
    return decode_references(match[1].strip()) or None if match else None


def qr_code_of(opening: Token, inline: Token) -> str | None:
    """Return what the QR code in place of a block says; None if it is an ordinary one.

    Args:
        opening: a token.
        inline: the token behind it.
    """
    is_paragraph = opening.nesting == 1 and opening.tag in _PARAGRAPHS and not opening.hidden
    return qr_code_text(inline.content) if is_paragraph and inline.type == "inline" else None


def size_of(text: str) -> int:
    """Return how many bytes a QR code of a text holds."""
    return len(_encoded(text))


def draw(text: str) -> str:
    """Return a QR code as HTML, centred; error correction is of level M.

    Raises:
        segno.encoder.DataOverflowError: no QR code holds so much; ``size_of`` tells before.
    """
    drawing = draw_code(_encoded(text))
    style = f"width:{_SIDE};height:{_SIDE};margin:16pt auto"
    return f'<div class="qr-code" style="{style}">{drawing}</div>'


def draw_code(content: str | bytes) -> str:
    """Return the drawing of a QR code alone, to be given its size; the page is its quiet zone."""
    code = segno.make_qr(content, error="m", boost_error=False)
    drawing = str(code.svg_inline(border=0, omitsize=True, svgclass=None, lineclass=None))
    # Printed with ink of one colour, as the text is; browsers know no such colours.
    return drawing.replace('stroke="#000"', f'stroke="#000" style="fill:none;stroke:{BLACK}"', 1)


def _encoded(text: str) -> bytes:
    # JSON can carry half a character.
    return text.encode(errors="surrogatepass")
