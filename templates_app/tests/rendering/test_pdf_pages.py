from io import BytesIO

import pypdfium2
import pytest
from pypdf import PdfReader, PdfWriter, Transformation
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    RectangleObject,
    StreamObject,
)
from reportlab.lib.pagesizes import A4, LETTER, landscape
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from templates_app.rendering.pdf_pages import PagesRefused, joined, only_pages, require_pages
from templates_app.tests.attachments import pdf

MIDDLE = [(100, 150, "Map")]


def written(change, content=None):
    writer = PdfWriter(clone_from=BytesIO(content or pdf()))
    change(writer)
    file = BytesIO()
    writer.write(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "pages"),
    [
        (pdf(), 1),
        (pdf(*[MIDDLE] * 10), 10),
        (pdf([(15, 10, "x"), (15, 291, "x")]), 1),
        (pdf(size=(208.1 * mm, 298.9 * mm)), 1),
        (written(lambda writer: writer.pages[0].rotate(180)), 1),
    ],
    ids=["one", "ten", "at the edges", "almost A4", "upside down"],
)
def test_pages_that_can_be_printed_are_counted(content, pages):
    assert require_pages(content) == pages


@pytest.mark.parametrize(
    ("content", "code", "pages"),
    [
        (b"", "unable-to-read-the-file", ()),
        (b"%PDF-1.7 broken", "unable-to-read-the-file", ()),
        (written(lambda w: w.encrypt("x", algorithm="RC4-128")), "unable-to-read-the-file", ()),
        (pdf(*[MIDDLE] * 11), "letter-too-long", ()),
        (pdf(size=landscape(A4)), "letter-not-a4-portrait-oriented", (1,)),
        (pdf(size=LETTER), "letter-not-a4-portrait-oriented", (1,)),
        (written(lambda w: w.pages[0].rotate(90)), "letter-not-a4-portrait-oriented", (1,)),
        (pdf(MIDDLE, [(5, 100, "x")]), "content-outside-printable-area", (2,)),
        (pdf([(100, 3, "x")], MIDDLE, [(100, 296, "x")]), "content-outside-printable-area", (1, 3)),
    ],
    ids=[
        *("nothing", "broken", "with a password", "eleven", "lying", "another size", "turned"),
        *("left of it", "above and below it"),
    ],
)
def test_pages_that_cannot_be_printed_are_refused_with_the_reason(content, code, pages):
    with pytest.raises(PagesRefused) as refused:
        require_pages(content)

    assert (refused.value.code, refused.value.pages) == (code, pages)


def test_a_tag_that_nobody_sees_is_found():
    file = BytesIO()
    canvas = Canvas(file, pagesize=A4)
    canvas.setFillColorRGB(1, 1, 1)
    canvas.setFont("Helvetica", 6)
    canvas.drawString(1.8 * mm, A4[1] - 4 * mm, "NOTIFY")
    canvas.save()

    with pytest.raises(PagesRefused, match="notify-tag-found-in-content"):
        require_pages(file.getvalue())


@pytest.mark.parametrize("turned", [0, 90])
def test_a_tag_is_found_on_a_page_that_is_turned_or_does_not_begin_at_zero(turned):
    width, height = A4 if turned == 0 else landscape(A4)
    file = BytesIO()
    canvas = Canvas(file, pagesize=(width, height))
    canvas.setFillColorRGB(1, 1, 1)
    canvas.setFont("Helvetica", 6)
    canvas.translate(*((3, height - 12) if turned == 0 else (12, 3)))
    canvas.rotate(turned)
    canvas.drawString(0, 0, "NOTIFY")
    canvas.save()

    def moved(writer):
        page = writer.pages[0]
        page.add_transformation(Transformation().translate(300, 1000))
        page.mediabox = RectangleObject((300, 1000, 300 + width, 1000 + height))
        page.cropbox = page.mediabox
        page.rotate(turned)

    made = only_pages(written(moved, file.getvalue()))

    assert pypdfium2.PdfDocument(made)[0].get_bbox() == pytest.approx((0, 0, *A4), abs=0.1)
    with pytest.raises(PagesRefused, match="notify-tag-found-in-content"):
        require_pages(made)


def test_nothing_but_what_is_printed_is_kept():
    def with_script(writer):
        page = writer.pages[0]
        script = DictionaryObject({NameObject("/S"): NameObject("/JavaScript")})
        page[NameObject("/AA")] = DictionaryObject({NameObject("/O"): script})

    made = only_pages(written(with_script))

    assert b"JavaScript" not in made
    assert "Map" in pypdfium2.PdfDocument(made)[0].get_textpage().get_text_range()


def test_a_note_that_is_printed_is_part_of_its_page():
    made = only_pages(written(add_stamp))

    with pytest.raises(PagesRefused, match="content-outside-printable-area"):
        require_pages(made)


def test_a_file_is_not_read_if_it_is_encrypted_even_without_a_password():
    with pytest.raises(PagesRefused, match="unable-to-read-the-file"):
        only_pages(written(lambda writer: writer.encrypt("", "owner", algorithm="RC4-128")))


def add_stamp(writer):
    """Put a square into the bottom left corner, as programs for notes do."""
    square = RectangleObject((0, 0, 20, 20))
    drawn = StreamObject()
    drawn.set_data(b"0 0 20 20 re f")
    drawn.update({NameObject("/Subtype"): NameObject("/Form"), NameObject("/BBox"): square})
    note = {
        NameObject("/Subtype"): NameObject("/Stamp"),
        NameObject("/F"): NumberObject(4),
        NameObject("/Rect"): square,
        NameObject("/AP"): DictionaryObject({NameObject("/N"): writer._add_object(drawn)}),
    }
    writer.pages[0][NameObject("/Annots")] = ArrayObject([DictionaryObject(note)])


def test_files_are_put_together_in_their_order():
    both = joined(pdf([(100, 100, "one")]), pdf([(100, 100, "two")], [(100, 100, "three")]))

    texts = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(both)]
    assert [text.strip() for text in texts] == ["one", "two", "three"]
    assert len(PdfReader(BytesIO(both)).pages) == 3
