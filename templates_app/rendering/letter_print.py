"""Turn the document of a letter into PDF pages, with fonts of our own and nothing from outside."""

import atexit
import importlib
import logging
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

from templates_app.rendering.letter_document import LOGO_URL, TAG
from templates_app.rendering.pdf_lock import one_at_a_time

PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
# It has the measures of Arial, for which letters are laid out.
_FONT = "Arimo"
_TAG_ELEMENT = '<div class="tag">'
# Source: the API contract, page geometry of letters: 15.191 + 1.8 by 6.149 + 1.8 mm, in points.
_TAG_WIDTH, _TAG_HEIGHT = 48.2, 22.5
# Bold is the same file at another weight.
_FONT_FACES = """
@font-face {{ font-family: Letter; font-weight: 400; src: url("{regular}") }}
@font-face {{ font-family: Letter; font-weight: 700; src: url("{regular}") }}
@font-face {{ font-family: Letter; font-weight: 400; font-style: italic; src: url("{italic}") }}
"""


class WrongTag(Exception):
    """A printer would take this file for another number of letters than it is."""


class CannotPrint(Exception):
    """A library of the system is missing; the message names its packages."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A letter as it goes to the printer."""

    pdf: bytes
    pages: int


def print_letter(html: str, *, logo: bytes | None = None) -> Printed:
    """Lay a letter out on pages.

    Args:
        html: of ``letter_document``.
        logo: the picture that it asks for, if it has one.

    Raises:
        CannotPrint: a library of the system is missing.
        WrongTag: a page that is not the first has the tag, or the first one lacks it.
    """
    with one_at_a_time:
        engine = _engine()
        document = engine.html(string=html, url_fetcher=engine.fetcher(logo)).render(
            font_config=engine.fonts, stylesheets=[engine.faces]
        )
        printed = Printed(document.write_pdf(), len(document.pages))
        # What people write is escaped: it cannot ask for one.
        _require_tags(printed.pdf, [TAG] if _TAG_ELEMENT in html else [])
    return printed


def characters_of_font() -> frozenset[int]:
    """Return the code points of all characters that can be printed."""
    return _characters(_font_file())


def require_engine() -> None:
    """Check that letters can be laid out here.

    Raises:
        CannotPrint: a library of the system is missing.
    """
    _engine()


@dataclass(frozen=True, slots=True)
class _Engine:
    html: Any
    fetcher: Any
    fonts: Any
    faces: Any


@cache
def _engine() -> _Engine:
    """Load the libraries when the first letter is made: most processes never make one."""
    # What they warn of, they quote, and they tell each step; what a letter says belongs in no log.
    for name in ("weasyprint", "fontTools"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        weasyprint = importlib.import_module("weasyprint")
        urls = importlib.import_module("weasyprint.urls")
        fonts = importlib.import_module("weasyprint.text.fonts").FontConfiguration()
    except OSError as error:
        raise CannotPrint(
            f"Letters cannot be made: {error}. On Debian and Ubuntu: apt-get install {PACKAGES}"
        ) from error
    regular = _font_file()
    italic = regular.with_name(regular.name.replace(_FONT, f"{_FONT}-Italic"))
    faces = _FONT_FACES.format(regular=regular.as_uri(), italic=italic.as_uri())
    return _Engine(
        weasyprint.HTML,
        partial(_fetcher, urls),
        fonts,
        weasyprint.CSS(string=faces, font_config=fonts),
    )


def _font_file() -> Path:
    return Path(importlib.import_module("fontpkg").path(_FONT))


@cache
def _characters(font: Path) -> frozenset[int]:
    fonts = importlib.import_module("fontTools.ttLib")
    with fonts.TTFont(font, lazy=True) as opened:
        return frozenset(opened.getBestCmap())


def _require_tags(pdf: bytes, first: list[str]) -> None:
    """Check what is written where printers look for the tag, on each page of the finished file."""
    with importlib.import_module("pypdfium2").PdfDocument(pdf) as document:
        for number, page in enumerate(document):
            top = page.get_height()
            text = page.get_textpage().get_text_bounded(0, top - _TAG_HEIGHT, _TAG_WIDTH, top)
            if text.split() != (first if number == 0 else []):
                raise WrongTag(f"page {number + 1}")


def _fetcher(urls: Any, logo: bytes | None) -> Any:
    """Return what gives a letter its logo and nothing else: it has all the rest in it."""

    class Fetcher(urls.URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: Any = None) -> Any:
            if logo is not None and url == LOGO_URL:
                return urls.URLFetcherResponse(url, logo, {"Content-Type": "image/png"})
            return super().fetch(url, headers)

    return Fetcher(allowed_protocols=(), fail_on_errors=True)


# Fonts let go of libraries that are not there any more when the process ends.
atexit.register(_engine.cache_clear)
