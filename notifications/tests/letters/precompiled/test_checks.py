"""What a letter that comes as a PDF must be like."""

import pytest
from reportlab.lib.pdfencrypt import StandardEncryption

from notifications.letters.precompiled.child import answer
from notifications.tests.letters.precompiled import hostile
from notifications.tests.letters.precompiled.written import ADDRESS, MM, letter, put


def found(pdf, *, international=False):
    """Return message, pages and count."""
    said, _ = answer(pdf, international=international, reference=None)
    return said["message"], said["invalid_pages"], said["page_count"]


def addressed(*lines):
    return letter(address=lines)


def with_text(left, top, *pages, **how):
    """Return a letter of two pages with a word somewhere on some of them."""
    return letter(pages=2, extra=lambda c, page: page in pages and put(c, left, top, "X", **how))


def framed(left, top, right, bottom):
    def draw(canvas, _page):
        canvas.rect(
            left * MM,
            (297 - bottom) * MM,
            (right - left) * MM,
            (bottom - top) * MM,
            fill=1,
            stroke=0,
        )

    return letter(extra=draw)


@pytest.mark.parametrize(
    ("pdf", "expected"),
    [
        (b"", ("unable-to-read-the-file", [], None)),
        (b"%PDF-1.7 and no more", ("unable-to-read-the-file", [], None)),
        (letter()[:-600], ("unable-to-read-the-file", [], None)),
        (letter(encrypt="secret"), ("unable-to-read-the-file", [], None)),
        (
            letter(encrypt=StandardEncryption("", ownerPassword="secret")),
            ("unable-to-read-the-file", [], None),
        ),
        (letter() + b"%" * 5 * 1024 * 1024, ("unable-to-read-the-file", [], None)),
        (letter(pages=11, size=(297, 210)), ("letter-too-long", [], 11)),
        (hostile.many_pages(), ("letter-too-long", [], 10_000)),
        (letter(pages=2, size=(297, 210)), ("letter-not-a4-portrait-oriented", [1, 2], 2)),
        (letter(size=(212.5, 297)), ("letter-not-a4-portrait-oriented", [1], 1)),
        (letter(size=(210, 294.5)), ("letter-not-a4-portrait-oriented", [1], 1)),
        (hostile.huge_page(), ("letter-not-a4-portrait-oriented", [1], 1)),
        (with_text(3, 150, 2), ("content-outside-printable-area", [2], 2)),
        (with_text(10, 200, 1, 2), ("content-outside-printable-area", [1, 2], 2)),
        (letter(pages=3, tags=(1, 2, 3)), ("notify-tag-found-in-content", [2, 3], 3)),
        (addressed(), ("address-is-empty", [1], 1)),
        (addressed("Jo", "SW1A 2AA"), ("not-enough-address-lines", [1], 1)),
        (letter(address=["Jo"]), ("not-enough-address-lines", [1], 1)),
        (addressed("-", "1 Road", "SW1A 2AA"), ("invalid-address-line-1-or-2", [1], 1)),
        (
            addressed("Jo", "BFPO 1", "Unit", "Germany"),
            ("has-country-for-bfpo-address", [1], 1),
        ),
        (addressed("Jo", "1 Road", "London"), ("not-a-real-uk-postcode", [1], 1)),
        (addressed("Jo", "1 Rue", "France"), ("cant-send-international-letters", [1], 1)),
        (addressed("(Jo", "1 Road", "SW1A 2AA"), ("invalid-char-in-address", [1], 1)),
        (addressed("Jo", "No fixed abode", "SW1A 2AA"), ("no-fixed-abode-address", [1], 1)),
    ],
)
def test_what_is_wrong_has_a_code_and_its_pages(pdf, expected):
    assert found(pdf) == expected


def test_eight_lines_are_too_many():
    lines = ["Jo", *(f"Floor {number}" for number in range(6)), "SW1A 2AA"]

    def draw(canvas, _page):
        for number, line in enumerate(lines):
            put(canvas, 25, 40 + 3 * number, line, size=7)

    assert found(letter(address=(), extra=draw)) == ("too-many-address-lines", [1], 1)


def test_where_letters_may_go_abroad_the_last_line_is_a_postcode_or_a_country():
    assert found(addressed("Jo", "1 Rue", "France"), international=True) == ("", [], 1)
    assert found(addressed("Jo", "1 Road", "Ruritania"), international=True) == (
        "not-a-real-uk-postcode-or-country",
        [1],
        1,
    )


@pytest.mark.parametrize(
    "pdf",
    [
        letter(pages=10),
        letter(tags=(1,)),
        letter(size=(211.9, 298.9)),
        letter(size=(208.1, 295.1)),
        with_text(3, 150, 1, 2, colour=(1, 1, 1)),
        with_text(16, 60, 2),
        letter(pages=2, extra=lambda c, page: page == 2 and put(c, 25, 41, "Another address")),
        hostile.broken_table(letter()),
    ],
    ids=range(8),
)
def test_what_is_good_passes(pdf):
    message, pages, _ = found(pdf)

    assert (message, pages) == ("", [])


# The printable areas of the first page, each as its four sides.
AREAS = [(15, 5, 125, 30), (24.6, 39.5, 120, 66.3), (125, 5, 195, 95), (15, 95, 195, 292)]
SIDES = [
    (area, side)
    for area in AREAS
    for side in range(4)
    # These two sides lie inside of the next area.
    if (area, side) not in {(AREAS[0], 2), (AREAS[2], 3), (AREAS[2], 0)}
]


@pytest.mark.parametrize(("area", "side"), SIDES, ids=str)
def test_a_millimetre_over_an_edge_is_tolerated_and_two_are_not(area, side):
    outcomes = []
    for over in (0.8, 2):
        edges = [area[0] + 1, area[1] + 1, area[2] - 1, area[3] - 1]
        edges[side] = area[side] + (over if side > 1 else -over)
        outcomes.append(found(framed(*edges))[0])

    assert outcomes[0] != "content-outside-printable-area"
    assert outcomes[1] == "content-outside-printable-area"


def test_an_address_is_read_up_to_three_millimetres_around_its_window():
    def draw(canvas, _page):
        for number, line in enumerate(ADDRESS):
            put(canvas, 22, 41 + 4 * number, line, colour=(1, 1, 1))

    assert found(letter(address=(), extra=draw)) == ("", [], 1)


def test_the_first_thing_that_is_wrong_counts():
    everything = letter(pages=2, address=(), tags=(2,), extra=lambda c, page: put(c, 3, 150, "X"))
    without_ink = letter(pages=2, address=(), tags=(2,))

    assert found(everything)[0] == "content-outside-printable-area"
    assert found(without_ink)[0] == "notify-tag-found-in-content"
