"""Put the parts of a letter into one document: address, contact block, date, heading and body."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from templates_app.rendering.letter_dates import Language
from templates_app.rendering.placeholders import Parsed, fill
from templates_app.rendering.values import Values, escape_html, without_controls

# Source: the API contract, page geometry of letters: lines that have room.
MAX_ADDRESS_LINES = 7
MAX_CONTACT_LINES = 11

_LANGUAGE_TAGS: dict[Language, str] = {"english": "en", "welsh": "cy"}
# Source: the API contract, page geometry of letters: sizes of type, and widths of the blocks.
_STYLE = """\
body { margin: 0; font: 12.5pt/16pt Arial, Helvetica, sans-serif; color: #000; \
overflow-wrap: break-word }
h1, h2, p, ul, ol, address { margin: 0 0 16pt }
h1 { font-size: 20pt; line-height: 24pt }
h2 { font-size: 14pt; line-height: 18pt; margin-bottom: 8pt; break-after: avoid }
li > ul, li > ol { margin-bottom: 0 }
address { font-style: normal }
.recipient { float: left; width: 95.4mm; font-size: 8pt; line-height: 8.5pt; \
text-transform: uppercase; white-space: nowrap; overflow: hidden }
.contact { float: right; width: 70mm; font-size: 10pt; line-height: 12pt }
.date { clear: both }
.page-break { break-after: page; height: 0; overflow: hidden }
"""
_DOCUMENT = """\
<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<title>{heading}</title>
<style>
{style}</style>
</head>
<body>
{pages}
</body>
</html>
"""
_PAGES = """<section lang="{language}">
{recipient}
{contact}
<p class="date">{date}</p>
<h1>{heading}</h1>
{body}
</section>"""
_NEXT_LANGUAGE = '\n<div class="page-break">&nbsp;</div>\n'


@dataclass(frozen=True, slots=True)
class LetterParts:
    """What a letter consists of; heading and body are rendered HTML, all else is text."""

    address_lines: tuple[str, ...]
    contact_lines: tuple[str, ...]
    date: str
    heading_html: str
    body_html: str
    language: Language = "english"


def contact_lines(parsed: Parsed, values: Values) -> tuple[str, ...]:
    """Return the lines of a contact block, with the values in place."""
    return tuple(line.strip() for line in fill(parsed, values).strip().splitlines())


def letter_document(*languages: LetterParts) -> str:
    """Return the whole letter, in one language after the other, each on pages of its own.

    Lines of address and contact block without room are left out.
    """
    return _DOCUMENT.format(
        language=_LANGUAGE_TAGS[languages[0].language],
        heading=languages[0].heading_html,
        style=_STYLE,
        pages=_NEXT_LANGUAGE.join(map(_pages, languages)),
    )


def _pages(parts: LetterParts) -> str:
    return _PAGES.format(
        language=_LANGUAGE_TAGS[parts.language],
        recipient=_block("recipient", islice(parts.address_lines, MAX_ADDRESS_LINES)),
        contact=_block("contact", islice(parts.contact_lines, MAX_CONTACT_LINES)),
        date=_line(parts.date),
        heading=parts.heading_html,
        body=parts.body_html,
    )


def _block(name: str, lines: Iterable[str]) -> str:
    text = "<br>".join(map(_line, lines))
    return f'<address class="{name}">{text}</address>' if text else ""


def _line(text: str) -> str:
    return escape_html(without_controls(text))
