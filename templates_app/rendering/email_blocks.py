"""Write the tokens of an email as HTML, as plain text and as a preheader."""

import re
from collections.abc import Iterator
from html import escape
from itertools import count, repeat
from urllib.parse import quote

from markdown_it.token import Token

from templates_app.rendering.typography import curl_quotes, tidy_spacing, typographic
from templates_app.rendering.values import decode_references

# Source: the API contract, link targets.
_SAFE_IN_TARGET = "-_.~:/?#=&;%"
_has_scheme = re.compile(r"(?:https?|mailto|tel|ftp|file):", re.IGNORECASE).match
_WIDTH = 65
_RULE = ("=-" * _WIDTH)[:_WIDTH]
_PREHEADER_LENGTH = 256

_FONT = "font-family:Helvetica,Arial,sans-serif"
_TEXT = f"{_FONT};font-size:19px;line-height:25px;color:#0b0c0c"
_ITEM = f"margin:5px 0 5px 20px;padding:0 0 0 5px;{_TEXT}"
_LIST = "padding:0;margin:0 0 20px"
_TABLE = '<table role="presentation" style="border-collapse:collapse"><tr><td>'
_HTML = {
    "p_open": f'<p style="margin:0 0 20px;{_TEXT}">',
    "p_close": "</p>",
    "h2_open": f'<h2 style="margin:0 0 15px;padding-top:10px;{_FONT};'
    'font-size:27px;line-height:35px;font-weight:bold;color:#0b0c0c">',
    "h2_close": "</h2>",
    "h3_open": f'<h3 style="margin:0 0 15px;padding-top:5px;{_TEXT};font-weight:bold">',
    "h3_close": "</h3>",
    "hr": '<hr style="border:0;height:1px;background:#b1b4b6;margin:30px 0">',
    "ul_open": f'{_TABLE}<ul style="{_LIST};list-style-type:disc">',
    "ul_close": "</ul></td></tr></table>",
    "ol_open": f'{_TABLE}<ol style="{_LIST};list-style-type:decimal">',
    "ol_close": "</ol></td></tr></table>",
    "li_open": f'<li style="{_ITEM}">',
    "li_close": "</li>",
    "blockquote_open": '<div style="border-left:10px solid #b1b4b6;margin:0 0 20px;'
    'padding:15px 0 0.1px 15px"><blockquote style="margin:0">',
    "blockquote_close": "</blockquote></div>",
}
_LINK_STYLE = "word-wrap:break-word;color:#1d70b8"
_PLAIN = {
    "p_open": "\n\n",
    "h2_open": "\n\n\n",
    "h2_close": f"\n{'=' * _WIDTH}",
    "h3_open": "\n\n\n",
    "h3_close": f"\n{'-' * _WIDTH}",
    "hr": f"\n\n{_RULE}",
    "ul_open": "\n",
    "ol_open": "\n",
}
_NESTING = {1: "_open", -1: "_close", 0: ""}


def set_type(tokens: list[Token]) -> list[Token]:
    """Decode references and apply typography to all texts, in place.

    The quotes of link texts stay straight, because these may be addresses.
    """
    for block in tokens:
        before = ""
        in_link = False
        for token in block.children or ():
            if token.type == "text":
                text = decode_references(token.content)
                token.content = tidy_spacing(text) if in_link else typographic(text, before=before)
                before = text
            in_link = token.type == "link_open"
            if in_link:
                token.attrs = {name: decode_references(str(v)) for name, v in token.attrs.items()}
    return tokens


def to_html(tokens: list[Token]) -> str:
    """Return tokens as HTML, with all styles inline."""
    return "".join(
        _html_inline(token.children or [])
        if token.type == "inline"
        else _HTML[f"{token.tag}{_NESTING[token.nesting]}"]
        for token in tokens
        if not token.hidden
    )


def to_plain_text(tokens: list[Token]) -> str:
    """Return tokens as text, without white space in front and with one newline at the end."""
    marks = _marks(tokens)
    parts = []
    for token in tokens:
        if token.type == "inline":
            parts.append(_plain_inline(token.children or []))
        elif token.type == "list_item_open":
            parts.append(f"\n{next(marks)} ")
        elif not token.hidden:
            parts.append(_PLAIN.get(f"{token.tag}{_NESTING[token.nesting]}", ""))
    return f"{''.join(parts).strip()}\n"


def to_preheader(tokens: list[Token]) -> str:
    """Return the first words, for the list of messages in a mail program."""
    marks = _marks(tokens)
    words: list[str] = []
    for token in tokens:
        if token.type == "list_item_open":
            words.append(next(marks))
        elif token.type == "inline":
            words += "".join(map(_words, token.children or [])).split()
        if len(words) > _PREHEADER_LENGTH:
            break
    return " ".join(words)[:_PREHEADER_LENGTH].strip()


def _html_inline(tokens: list[Token]) -> str:
    return "".join(
        escape(token.content, quote=False) if token.type == "text" else _html_mark(token)
        for token in tokens
    )


def _html_mark(token: Token) -> str:
    if token.type == "link_close":
        return "</a>"
    if token.type != "link_open":
        return "<br>"
    target = str(token.attrs["href"])
    if not _has_scheme(target):
        target = f"http://{target}"
    href = escape(quote(target, safe=_SAFE_IN_TARGET, errors="replace"))
    title = f' title="{escape(str(token.attrs["title"]))}"' if "title" in token.attrs else ""
    return f'<a href="{href}"{title} style="{_LINK_STYLE}">'


def _plain_inline(tokens: list[Token]) -> str:
    parts: list[str] = []
    link: Token | None = None
    for token in tokens:
        if token.type == "text":
            parts.append(_plain_link_text(token.content, link) if link else token.content)
        elif token.type == "link_open":
            link = token
        elif token.type == "link_close":
            parts.append(_plain_target(link) if link else "")
            link = None
        else:
            parts.append("\n")
    # A dash takes the line breaks beside it away.
    return tidy_spacing("".join(parts))


def _plain_link_text(text: str, link: Token) -> str:
    if link.markup != "bare":
        return curl_quotes(text)
    # Mail programs make a link of an address with an apostrophe, and none of one with a quote.
    return "'".join(map(curl_quotes, text.split("'")))


def _plain_target(link: Token) -> str:
    if link.markup == "bare":
        return ""
    title = f" ({link.attrs['title']})" if "title" in link.attrs else ""
    return f"{title}: {link.attrs['href']}"


def _marks(tokens: list[Token]) -> Iterator[str]:
    """Yield what stands in front of each list item; numbers start at 1 in every list."""
    lists: list[Iterator[str]] = []
    for token in tokens:
        if token.type == "list_open":
            lists.append(repeat("•") if token.tag == "ul" else map("{}.".format, count(1)))
        elif token.type == "list_close":
            lists.pop()
        elif token.type == "list_item_open":
            yield next(lists[-1])


def _words(token: Token) -> str:
    if token.type == "text":
        return token.content
    return " " if token.type.endswith("break") else ""
