"""Put the HTML of an email into a document that mail programs can show."""

import re
from dataclasses import dataclass
from html import escape

from templates_app.rendering.values import escape_html

DEFAULT_COLOUR = "#0b0c0c"
_is_colour = re.compile(r"#[0-9a-fA-F]{6}").fullmatch

# Text and background are always set together, so that a dark theme changes both or none.
_DOCUMENT = """\
<!DOCTYPE html>
<html lang="en" dir="auto">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>{title}</title>
</head>
<body style="margin:0;padding:0;background-color:#ffffff;color:#0b0c0c">
{preheader}{banner}<table role="presentation" width="100%" style="border-collapse:collapse;\
max-width:580px;margin:0 auto;background-color:#ffffff"><tr>\
<td style="padding:30px 10px;font-family:Helvetica,Arial,sans-serif;font-size:19px;\
line-height:25px;color:#0b0c0c">
{fragment}
</td></tr></table>
</body>
</html>
"""
_PREHEADER = (
    '<div style="display:none;font-size:1px;line-height:1px;max-height:0;max-width:0;opacity:0;'
    'overflow:hidden">{text}…</div>\n'
)
_BANNER = (
    '<table role="presentation" width="100%" style="border-collapse:collapse;max-width:580px;'
    'margin:0 auto;background-color:#ffffff;border-bottom:5px solid {colour}"><tr>'
    '<td style="padding:15px 10px;font-family:Helvetica,Arial,sans-serif;font-size:22px;'
    'line-height:27px;font-weight:bold;color:#0b0c0c">{logo}{name}</td></tr></table>\n'
)
_LOGO = '<img src="{url}" alt="" height="27" style="height:27px;border:0;margin-right:10px">'


@dataclass(frozen=True, slots=True)
class Branding:
    """How the sender appears above the message."""

    name: str
    colour: str | None = None
    logo_url: str | None = None


def email_document(
    subject: str, fragment: str, preheader: str, branding: Branding | None = None
) -> str:
    """Return a whole document around a rendered fragment; everything else is escaped."""
    return _DOCUMENT.format(
        title=escape_html(subject),
        preheader=_PREHEADER.format(text=escape(preheader)) if preheader else "",
        banner=_banner(branding) if branding else "",
        fragment=fragment,
    )


def _banner(branding: Branding) -> str:
    colour = branding.colour
    return _BANNER.format(
        colour=colour if colour and _is_colour(colour) else DEFAULT_COLOUR,
        logo=_LOGO.format(url=escape(branding.logo_url)) if branding.logo_url else "",
        name=escape(branding.name),
    )
