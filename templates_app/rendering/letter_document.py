"""Put the parts of a letter into one document: address, contact block, date, heading and body."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import islice

from templates_app.rendering.letter_dates import Language
from templates_app.rendering.letter_qr_codes import draw_code
from templates_app.rendering.placeholders import Parsed, fill
from templates_app.rendering.values import Values, escape_html, without_controls

# Source: the API contract, page geometry of letters: lines that have room.
MAX_ADDRESS_LINES = 7
MAX_CONTACT_LINES = 11

_LANGUAGE_TAGS: dict[Language, str] = {"english": "en", "welsh": "cy"}
# Source: the API contract, page geometry of letters, in millimetres from the top left corner of
# the page. What stands on the first page alone is placed from the corner of its text, at 15 and 95;
# every page has 15 around its text.
_STYLE = """\
@page { size: A4; margin: 15mm; \
@bottom-left { font: 10pt Letter, Arial, sans-serif; vertical-align: top; padding-top: 2mm; \
color: device-cmyk(0 0 0 1) } }
@page :first { margin-top: 95mm }
@page english { @bottom-left { content: "Page " counter(page) " of " counter(pages) } }
@page welsh { @bottom-left { content: "Tudalen " counter(page) " o " counter(pages) } }
body { margin: 0; font: 12.5pt/16pt Letter, Arial, Helvetica, sans-serif; color: #000; \
overflow-wrap: break-word }
section { page: english }
section[lang=cy] { page: welsh }
h1, h2, p, ul, ol, address { margin: 0 0 16pt }
h1 { font-size: 20pt; line-height: 24pt }
h2 { font-size: 14pt; line-height: 18pt; margin-bottom: 8pt; break-after: avoid }
li > ul, li > ol { margin-bottom: 0 }
address { font-style: normal }
.recipient { width: 95.4mm; font-size: 8pt; line-height: 8.5pt; text-transform: uppercase; \
white-space: nowrap; overflow: hidden }
.contact { width: 70mm; font-size: 10pt; line-height: 12pt }
.qr-code { break-inside: avoid }
.page-break { break-after: page; height: 0; overflow: hidden }
@media print {
body { color: device-cmyk(0 0 0 1) }
.tag, .logo, .recipient, .contact, .code, .mail-mark, .bars { position: absolute; margin: 0 }
.tag { left: -13.2mm; top: -93.2mm; font-size: 6pt; line-height: 6pt; color: device-cmyk(0 0 0 0) }
.recipient { left: 9.6mm; top: -55.5mm; height: 23.8mm; padding-top: 3mm }
.mail-mark { left: 9.6mm; top: -55.5mm; font-size: 6pt; line-height: 3mm }
.bars { left: 9.6mm; top: -24mm; width: 60mm; height: 8.1mm; }
.contact { left: 110mm; top: -85mm; max-height: 80mm; overflow: hidden }
.logo { left: 0; top: -90mm; width: 110mm; height: 25mm; object-fit: contain; \
object-position: left top }
.code { left: -10.6mm; top: -58.1mm; width: 14mm; font-size: 3.2pt; line-height: 4pt; \
white-space: nowrap }
.code svg { display: block; width: 6.7mm; height: 6.7mm }
}
@media screen {
.tag, .code, .mail-mark, .bars { display: none }
.logo { display: block; max-width: 110mm; max-height: 25mm; margin-bottom: 16pt }
.recipient { float: left }
.contact { float: right }
.date { clear: both }
section + section { margin-top: 32pt }
}
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
{marks}{logo}{recipient}
{contact}
<p class="date">{date}</p>
<h1>{heading}</h1>
{body}
</section>"""
_DUMMY = "00 0000 000000000 0"
# No letter in it: bars of half a millimetre, 8.1 high.
_BARS = "".join(f"M{at * 0.8:.1f} 0h.5v8.1h-.5z" for at in range(75))
# Source: the API contract, page geometry of letters: white, for machines to know a first page by.
TAG = "NOTIFY"
# Nothing else can be asked for where letters are printed.
LOGO_URL = "letter:logo"


@dataclass(frozen=True, slots=True)
class LetterParts:
    """What a letter consists of; heading and body are rendered HTML, all else is text."""

    address_lines: tuple[str, ...]
    contact_lines: tuple[str, ...]
    date: str
    heading_html: str
    body_html: str
    language: Language = "english"


@dataclass(frozen=True, slots=True)
class Marks:
    """What a first page bears for machines.

    Attributes:
        reference: the letter's own, drawn as a code beside the address; None: the printer adds it.
        are_dummies: what the printer adds is shown as it might look, and no tag: for people.
    """

    reference: str | None = None
    are_dummies: bool = False


def contact_lines(parsed: Parsed, values: Values) -> tuple[str, ...]:
    """Return the lines of a contact block, with the values in place."""
    return tuple(line.strip() for line in fill(parsed, values).strip().splitlines())


def letter_document(
    *languages: LetterParts, marks: Marks | None = None, has_logo: bool = False
) -> str:
    """Return the whole letter, in one language after the other, each on pages of its own.

    Lines of address and contact block without room are left out.

    Args:
        languages: the letter in each language, the first one first.
        marks: of the first page, for machines; people who look at a letter need none.
        has_logo: whether its first page has one; who prints it says which.
    """
    first, *others = languages
    # The address and the contact block have their places on the first page.
    bare = [replace(each, address_lines=(), contact_lines=()) for each in others]
    logo = f'<img class="logo" src="{LOGO_URL}" alt="">\n' if has_logo else ""
    pages = [
        _pages(first, marks=_marks(marks) if marks else "", logo=logo),
        *(_pages(each) for each in bare),
    ]
    return _DOCUMENT.format(
        language=_LANGUAGE_TAGS[first.language],
        heading=first.heading_html,
        style=_STYLE,
        pages="\n".join(pages),
    )


def _pages(parts: LetterParts, *, marks: str = "", logo: str = "") -> str:
    return _PAGES.format(
        language=_LANGUAGE_TAGS[parts.language],
        marks=marks,
        logo=logo,
        recipient=_block("recipient", islice(parts.address_lines, MAX_ADDRESS_LINES)),
        contact=_block("contact", islice(parts.contact_lines, MAX_CONTACT_LINES)),
        date=_line(parts.date),
        heading=parts.heading_html,
        body=parts.body_html,
    )


def _marks(marks: Marks) -> str:
    if marks.are_dummies:
        code = draw_code(_DUMMY)
        return (
            f'<div class="code">{code}</div>\n<div class="mail-mark">{_DUMMY}</div>\n'
            f'<svg class="bars" viewBox="0 0 60 8.1"><path d="{_BARS}"/></svg>\n'
        )
    tag = f'<div class="tag">{TAG}</div>\n'
    if marks.reference is None:
        return tag
    return f'{tag}<div class="code">{draw_code(marks.reference)}{_line(marks.reference)}</div>\n'


def _block(name: str, lines: Iterable[str]) -> str:
    text = "<br>".join(map(_line, lines))
    return f'<address class="{name}">{text}</address>' if text else ""


def _line(text: str) -> str:
    return escape_html(without_controls(text))
