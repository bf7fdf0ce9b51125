"""Put the HTML of an email into a document that mail programs can show."""

from dataclasses import dataclass
from functools import lru_cache
from html import escape

from templates_app.rendering.colours import colour_or, readable_on
from templates_app.rendering.values import escape_html

# Source: the API contract, branding: the bar of a brand without a colour.
DEFAULT_COLOUR = "#0b0c0c"
# Source: the API contract, branding: heights of a logo beside text, and alone.
_LOGO_BESIDE_TEXT, _LOGO_ALONE = 27, 54
# What a mail program shows of the first words; blanks keep it from going on to the body.
_PREVIEWED = 150
# A blank, kept from collapsing with the next and from ending the line.
_BLANK = "&#847;&zwnj;&nbsp;"

# The outer table is for Outlook, which knows no greatest width. Text and background are always set
# together. The style sheet only serves programs that let an email choose its dark colours; others
# drop it and show, or darken by themselves, the light ones. The bar keeps its own colours.
_DOCUMENT = """\
<!DOCTYPE html>
<html lang="en" xmlns:o="urn:schemas-microsoft-com:office:office">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>{title}</title>
<!--[if mso]><xml><o:OfficeDocumentSettings><o:PixelsPerInch>96</o:PixelsPerInch>\
</o:OfficeDocumentSettings></xml><![endif]-->
<style>
:root {{ color-scheme: light dark; supported-color-schemes: light dark; }}
@media (prefers-color-scheme: dark) {{
.page {{ background-color: #191d26 !important; }}
.text, .text * {{ color: #eef0f5 !important; background-color: transparent !important; }}
.text a, .text a * {{ color: #8fb0ff !important; }}
.text hr {{ background-color: #565c6b !important; }}
.text div {{ border-color: #565c6b !important; }}
.text img {{ background-color: #ffffff !important; box-shadow: 0 0 0 4px #ffffff !important; \
border-radius: 1px; }}
}}
</style>
</head>
<body class="page" style="margin:0;padding:0;background-color:#ffffff;color:#0b0c0c">
<div class="page" role="article" aria-roledescription="email" aria-label="{label}" lang="en" \
style="background-color:#ffffff;color:#0b0c0c">
{preheader}{bar}<!--[if mso]><table role="presentation" width="580" align="center"><tr><td>\
<![endif]-->
<table role="presentation" width="100%" style="width:100%;max-width:580px;margin:0 auto;\
border-collapse:collapse">
{block}<tr><td class="text" dir="auto" style="padding:30px 10px;text-align:start;{font};\
font-size:19px;line-height:25px;mso-line-height-rule:exactly;color:#0b0c0c;{wrapping}">
{fragment}
</td></tr></table>
<!--[if mso]></td></tr></table><![endif]-->
</div>
</body>
</html>
"""
_FONT = "font-family:Helvetica,Arial,sans-serif"
# Three ways of saying it: in turn for old programs, new ones, and words inside of tables.
_WRAPPING = "word-wrap:break-word;overflow-wrap:anywhere;word-break:break-word"
_NAME = f"{_FONT};font-size:22px;line-height:27px;font-weight:bold;{_WRAPPING}"
# Programs that read aloud skip it, as they read the body.
_PREHEADER = (
    '<div aria-hidden="true" style="display:none;mso-hide:all;font-size:1px;line-height:1px;'
    'max-height:0;max-width:0;opacity:0;overflow:hidden">{text}…{blanks}</div>\n'
)
_BAR = """\
<table role="presentation" width="100%" bgcolor="{colour}" style="width:100%;\
border-collapse:collapse;background-color:{colour}"><tr><td>
<!--[if mso]><table role="presentation" width="580" align="center"><tr><td><![endif]-->
<table role="presentation" width="100%" style="width:100%;max-width:580px;margin:0 auto;\
border-collapse:collapse"><tr>
<td dir="auto" style="padding:15px 10px;text-align:start;{name};background-color:{colour};\
color:{text_colour}">{content}</td></tr></table>
<!--[if mso]></td></tr></table><![endif]-->
</td></tr></table>
"""
_BLOCK = (
    '<tr><td class="text" style="padding:25px 10px 0"><table role="presentation" '
    'style="border-collapse:collapse"><tr><td dir="auto" style="{rule}text-align:start;{name};'
    'color:#0b0c0c">{content}</td></tr></table></td></tr>\n'
)
_LOGO = (
    '<img src="{url}" alt="{alt}"{hidden} height="{height}" style="height:{height}px;'
    'width:auto;max-width:100%;object-fit:contain;border:0;vertical-align:middle{gap}">'
)


@dataclass(frozen=True, slots=True)
class Brand:
    """Whom an email is from: a logo, a text or both.

    Attributes:
        text: shown beside the logo.
        alt_text: says what the logo shows, where there is no text.
        colour: ``#rrggbb``; of a bar, or of a rule beside the logo.
        logo_url: absolute.
    """

    text: str | None = None
    alt_text: str | None = None
    colour: str | None = None
    logo_url: str | None = None


def email_document(
    subject: str,
    fragment: str,
    preheader: str,
    *,
    bar: Brand | None = None,
    block: Brand | None = None,
) -> str:
    """Return a whole document around a rendered fragment; everything else is escaped.

    Args:
        subject: becomes the title.
        fragment: the body as HTML.
        preheader: the first words, for the list of messages in a mail program.
        bar: shown across the full width, above everything.
        block: shown above the body, if it has a logo.
    """
    title = escape_html(subject)
    return _DOCUMENT.format(
        title=title,
        label=title.replace('"', "&quot;"),
        preheader=_preheader(preheader) if preheader else "",
        bar=_bar(bar) if bar else "",
        block=_block(block) if block else "",
        fragment=fragment,
        font=_FONT,
        wrapping=_WRAPPING,
    )


def _preheader(text: str) -> str:
    # In lines, because mail allows no long ones.
    blanks = f"\n{_BLANK * 10}" * ((_PREVIEWED - len(text)) // 10)
    return _PREHEADER.format(text=escape(text), blanks=blanks)


# The emails of a service follow each other.
@lru_cache(maxsize=256)
def _bar(brand: Brand) -> str:
    colour = colour_or(brand.colour, DEFAULT_COLOUR)
    return _BAR.format(
        colour=colour,
        text_colour=readable_on(colour),
        name=_NAME,
        content=_content(brand),
    )


@lru_cache(maxsize=256)
def _block(brand: Brand) -> str:
    if not brand.logo_url:
        return ""
    colour = colour_or(brand.colour, "")
    return _BLOCK.format(
        rule=f"border-left:2px solid {colour};padding-left:10px;" if colour else "",
        name=_NAME,
        content=_content(brand),
    )


def _content(brand: Brand) -> str:
    text = escape(brand.text or "")
    if not brand.logo_url:
        return text
    logo = _LOGO.format(
        url=escape(brand.logo_url),
        alt="" if text else escape(brand.alt_text or ""),
        hidden=' aria-hidden="true"' if text else "",
        height=_LOGO_BESIDE_TEXT if text else _LOGO_ALONE,
        gap=";margin-right:10px" if text else "",
    )
    return f"{logo}{text}"
