"""The pages of letters, measured in millimetres on the finished PDF."""

import logging
import re
from io import BytesIO

import pypdfium2
import pytest
import zxingcpp
from pypdf import PdfReader
from pypdfium2.raw import FPDF_PAGEOBJ_TEXT
from weasyprint.urls import FatalURLFetchingError

from services.tests.branding import pictures
from templates_app.rendering import letter_print
from templates_app.rendering.letter import letter_html
from templates_app.rendering.letter_document import LetterParts, Marks, letter_document
from templates_app.rendering.letter_print import WrongTag, print_letter
from templates_app.rendering.placeholders import parse

POINTS_OF_A_MM = 72 / 25.4
REFERENCE = "ABCD1234EFGH5678"
# Source: the API contract, page geometry of letters: left, top, right and bottom edge.
WINDOW = (24.6, 39.5, 24.6 + 95.4, 39.5 + 26.8)
CONTACT = (125, 5, 125 + 70, 5 + 90)
BODY = (15, 95, 15 + 180, 95 + 197)
TAG = (0, 0, 1.8 + 15.191, 1.8 + 6.149)
CODE = (4.4, 36.9, 4.4 + 6.7, 36.9 + 6.7)
PRINTABLE = (15, 5, 15 + 180, 5 + 287)


def parts(**changes):
    values = {
        "address_lines": tuple(f"Adr{n} gjpqy" for n in range(1, 8)),
        "contact_lines": tuple(f"Con{n} gjpqy" for n in range(1, 12)),
        "date": "5 January 2026",
        "heading_html": "Your permit",
        "body_html": letter_html(parse("Bod1 one\n\n***\n\nBod2 two"), {}),
    }
    return LetterParts(**{**values, **changes})


def print_pages(*languages, marks=None, logo=None):
    html = letter_document(*languages, marks=marks, has_logo=logo is not None)
    return pypdfium2.PdfDocument(print_letter(html, logo=logo).pdf)


def millimetres(page, *area):
    """Return what a page shows in an area."""
    scale = 4 * POINTS_OF_A_MM
    picture = page.render(scale=4).to_pil()
    return picture.crop([round(each * scale) for each in area])


def words_of(page):
    """Return the words of a page with their edges in mm from the top left corner."""
    text, height = page.get_textpage(), page.get_height()
    found = []
    for place in range(text.count_rects()):
        left, bottom, right, top = text.get_rect(place)
        words = text.get_text_bounded(left, bottom, right, top)
        edges = (left, height - top, right, height - bottom)
        found.append((words.strip(), tuple(each / POINTS_OF_A_MM for each in edges)))
    return [(words, edges) for words, edges in found if words]


def outside(words, area):
    left, top, right, bottom = area
    return [
        each
        for each in words
        if each[1][0] < left or each[1][1] < top or each[1][2] > right or each[1][3] > bottom
    ]


def starting(words, *beginnings):
    return [each for each in words if each[0].startswith(beginnings)]


def test_every_part_of_a_page_lies_in_its_area():
    document = print_pages(parts(), marks=Marks(REFERENCE))

    first, second = (words_of(page) for page in document)

    size = [round(each / POINTS_OF_A_MM) for each in document[0].get_size()]
    assert size == [210, 297]
    address = starting(first, "ADR")
    assert len(address) == 7
    assert outside(address, WINDOW) == []
    contact = starting(first, "Con")
    assert len(contact) == 11
    assert outside(contact, CONTACT) == []
    body = starting(first, "5 January", "Your permit", "Bod1", "Page")
    assert len(body) == 4
    assert outside(body, BODY) == []
    tag = starting(first, "NOTIFY")
    assert len(tag) == 1
    assert outside(tag, TAG) == []
    assert outside(second, PRINTABLE) == []
    assert [words for words, _ in second] == ["Bod2 two", "Page 2 of 2"]


def test_a_line_that_is_wider_than_the_window_is_cut_at_its_edge():
    [page, _] = print_pages(parts(address_lines=("W" * 90, "1 High Street"), contact_lines=()))

    scale = 4 * POINTS_OF_A_MM
    picture = page.render(scale=4, grayscale=True).to_pil()
    beside = picture.crop([round(each * scale) for each in (WINDOW[2] + 0.3, 30, 210, 90)])
    within = picture.crop([round(each * scale) for each in WINDOW])
    assert beside.getextrema() == (255, 255)
    assert within.getextrema()[0] < 50


def test_the_code_lies_where_machines_look_and_says_the_reference():
    [page, _] = print_pages(parts(), marks=Marks(REFERENCE))
    scale = 6

    picture = page.render(scale=scale).to_pil()
    [code] = zxingcpp.read_barcodes(picture)

    assert code.text == REFERENCE
    pixels_of_a_mm = scale * POINTS_OF_A_MM
    corners = [code.position.top_left, code.position.bottom_right]
    edges = [value / pixels_of_a_mm for corner in corners for value in (corner.x, corner.y)]
    assert edges == pytest.approx(CODE, abs=0.3)


def test_what_is_for_machines_of_the_printer_is_left_free():
    [page, _] = print_pages(parts(), marks=Marks())

    picture = page.render(scale=4, grayscale=True).to_pil()

    scale = 4 * POINTS_OF_A_MM
    for area in [(0, 0, 24, 95), (24.6, 71, 120, 80)]:
        box = picture.crop([round(each * scale) for each in area])
        assert box.getextrema() == (255, 255), area
    assert zxingcpp.read_barcodes(picture) == []


def test_a_letter_in_two_languages_is_one_letter():
    welsh = parts(
        date="5 Ionawr 2026",
        heading_html="Eich trwydded",
        body_html="<p>Helo ŵ ŷ</p>",
        language="welsh",
    )

    first, second, third = (
        [words for words, _ in words_of(page)]
        for page in print_pages(welsh, parts(), marks=Marks(REFERENCE))
    )

    assert "Tudalen 1 o 3" in first
    assert "NOTIFY" in first
    assert second == ["5 January 2026", "Your permit", "Bod1 one", "Page 2 of 3"]
    assert third == ["Bod2 two", "Page 3 of 3"]


def test_fonts_are_in_the_file_and_nothing_is_told_of_it(caplog):
    letter_print._engine.cache_clear()
    caplog.set_level(logging.INFO)
    body = letter_html(parse("plain\n\nhttps://example.org bold"), {})

    [page] = print_pages(parts(body_html=body))

    fonts = [text.get_font() for text in page.get_objects(filter=[FPDF_PAGEOBJ_TEXT])]
    assert {(font.get_base_name().partition("+")[2], font.is_embedded) for font in fonts} == {
        ("Letter", True),
        ("Letter-Bold", True),
    }
    assert caplog.text == ""


@pytest.mark.parametrize(
    "html",
    [
        '<img src="http://127.0.0.1:9/x.png">',
        '<img src="file:///etc/hostname">',
        '<img src="data:image/png;base64,iVBORw0KGgo=">',
        '<link rel="stylesheet" href="https://example.org/x.css">',
        '<div style="background: url(ftp://example.org/x)">x</div>',
    ],
    ids=["http", "file", "data", "stylesheet", "background"],
)
def test_nothing_comes_from_outside(html, caplog):
    with pytest.raises(FatalURLFetchingError):
        print_letter(letter_document(parts(body_html=html)))

    assert caplog.text == ""


@pytest.mark.parametrize(
    ("size", "right", "bottom"),
    [((40, 40), 15 + 25, 5 + 25), ((110, 11), 15 + 110, 5 + 11)],
    ids=["square", "wide"],
)
def test_the_logo_fills_its_box_on_the_first_page_alone(size, right, bottom):
    logo = pictures.png(*size, lambda x, y: (200, 0, 0, 255))

    first, second = print_pages(parts(contact_lines=()), logo=logo)

    red = (200, 0, 0)
    edge = 0.5
    within = millimetres(first, 15 + edge, 5 + edge, right - edge, bottom - edge)
    assert {colour for _, colour in within.getcolors()} == {red}
    beside = millimetres(first, right + edge, 5, 126, 39)
    below = millimetres(first, 0, bottom + edge, 124.5, 39)
    assert [each.getextrema() for each in (beside, below)] == [((255, 255),) * 3] * 2
    assert not any(red == colour for _, colour in millimetres(second, 0, 0, 210, 297).getcolors())


def test_text_and_codes_are_printed_with_black_ink_alone():
    body = letter_html(parse("one\n\nQR: https://example.org\n\nhttps://example.org bold"), {})
    html = letter_document(parts(body_html=body), marks=Marks(REFERENCE))

    [page] = PdfReader(BytesIO(print_letter(html).pdf)).pages

    drawn = page.get_contents().get_data().decode("latin-1")
    inks = set(re.findall(r"^(.*) (?:scn|SCN)$", drawn, re.MULTILINE))
    assert inks == {"0 0 0 1", "0 0 0 0"}
    assert not re.search(r" (?:rg|RG|g|G)$", drawn, re.MULTILINE)


@pytest.mark.parametrize(
    "html",
    [
        letter_document(parts(), marks=Marks()).replace("top: -93.2mm", "top: -73.2mm"),
        letter_document(parts(), marks=Marks()).replace(">NOTIFY<", ">NOTE<"),
        letter_document(parts(), marks=Marks()).replace("margin: 15mm;", "margin: 1mm;"),
    ],
    ids=["elsewhere", "another word", "text in its place on the second page"],
)
def test_a_file_whose_tag_is_not_right_is_never_made(html):
    with pytest.raises(WrongTag):
        print_letter(html)


def test_no_text_of_a_letter_becomes_a_second_tag():
    body = letter_html(
        parse('NOTIFY\n\n<div class="tag">NOTIFY</div>\n\n***\n\nNOTIFY\n\n***\n\n&nbsp;NOTIFY'), {}
    )

    printed = print_letter(letter_document(parts(body_html=body), marks=Marks()))

    tags = [
        words
        for page in pypdfium2.PdfDocument(printed.pdf)
        for words in words_of(page)
        if not outside([words], TAG)
    ]
    assert printed.pages == 3
    assert [text for text, _ in tags] == ["NOTIFY"]
