"""Write the tokens of a letter as HTML, to be printed."""

from collections.abc import Iterator
from html import escape

from markdown_it.token import Token

from templates_app.rendering.letter_qr_codes import (
    MAX_QR_CODE_BYTES,
    draw,
    qr_code_of,
    size_of,
)
from templates_app.rendering.typography import typographic
from templates_app.rendering.values import decode_references

_UNBREAKABLE_HYPHEN = "\u2011"
_HTML = {
    "p_open": "<p>",
    "p_close": "</p>",
    "h2_open": "<h2>",
    "h2_close": "</h2>\n",
    # Headings below the first level are paragraphs in letters, and so is inset text.
    "h3_open": "<p>",
    "h3_close": "</p>",
    "blockquote_open": "",
    "blockquote_close": "",
    "hr_": '<div class="page-break">&nbsp;</div>',
    "ul_open": "<ul>\n",
    "ul_close": "</ul>\n",
    "ol_open": "<ol>\n",
    "ol_close": "</ol>\n",
    "li_open": "<li>",
    "li_close": "</li>\n",
}
_NESTING = {1: "open", -1: "close", 0: ""}


def to_letter_html(tokens: list[Token]) -> str:
    """Return tokens as HTML; a paragraph that asks for a QR code becomes one."""
    return "".join(_parts(iter(tokens)))


def _parts(tokens: Iterator[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type == "inline":
            yield _inline(token.children or [])
        elif token.nesting == 1 and token.tag in {"p", "h3"}:
            yield _paragraph(token, next(tokens), next(tokens))
        elif not token.hidden:
            yield _HTML[f"{token.tag}_{_NESTING[token.nesting]}"]


def _paragraph(opening: Token, inline: Token, _closing: Token) -> str:
    code = qr_code_of(opening, inline)
    # More than fits is refused before a letter is made; a preview shows it as it was written.
    if code and size_of(code) <= MAX_QR_CODE_BYTES:
        return draw(code)
    text = _inline(inline.children or [])
    return text if opening.hidden else f"<p>{text}</p>"


def _inline(tokens: list[Token]) -> str:
    """Return a block's text: links as they were typed, bare addresses bold without a scheme."""
    parts: list[str] = []
    typed: list[str] = []
    link: Token | None = None
    for token in tokens:
        if token.type == "link_open":
            link = token
        elif token.type == "link_close":
            link = None
        elif link is not None and link.markup == "bare":
            _finish(typed, parts)
            address = decode_references(token.content.partition("://")[2])
            parts.append(f"<strong>{_printed(address)}</strong>")
        elif token.type == "text":
            typed.append(token.content if link is None else link.info)
        else:
            _finish(typed, parts)
            parts.append("<br>")
    _finish(typed, parts)
    return "".join(parts)


def _finish(typed: list[str], parts: list[str]) -> None:
    """Set what was typed until here, and begin anew."""
    text = decode_references("".join(typed))
    typed.clear()
    if text:
        before = "x" if parts and not parts[-1].endswith("<br>") else ""
        parts.append(_printed(typographic(text, before=before)))


def _printed(text: str) -> str:
    return escape(text, quote=False).replace("-", _UNBREAKABLE_HYPHEN)
