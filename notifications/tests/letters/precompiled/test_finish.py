"""What is made of a letter for the printer."""

import io

import pytest
import zxingcpp
from PIL import Image
from pypdf import PdfReader, PdfWriter, Transformation
from pypdf.annotations import FreeText
from pypdf.generic import ArrayObject, DictionaryObject, FloatObject, NameObject, TextStringObject
from reportlab.lib.utils import ImageReader

from notifications.letters.geometry import TAG, WINDOW
from notifications.letters.pdf_document import Document
from notifications.letters.precompiled.child import answer
from notifications.tests.letters.precompiled.written import ADDRESS, MM, letter, put

PAGE = WINDOW.__class__(0, 0, 210, 297)


def finished(pdf, **wanted):
    """Return a letter as it is printed."""
    said, pdf = answer(pdf, **{"international": False, "reference": None, **wanted})
    assert said["message"] == ""
    return pdf


def changed(pdf, change):
    """Return a letter after a function of writer and first page has done something to it."""
    writer = PdfWriter(clone_from=io.BytesIO(pdf))
    change(writer, writer.pages[0])
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def texts(pdf, box):
    document = Document(pdf)
    found = [document.text_in(number, box) for number in range(1, document.page_count + 1)]
    document.close()
    return found


def picture(pdf, page=1):
    document = Document(pdf)
    found = document.picture_of(page, dots_per_inch=100)
    document.close()
    return found


def instructions(pdf, page=0):
    return PdfReader(io.BytesIO(pdf)).pages[page].get_contents().get_data()


def dark_rows(found):
    """Return top and bottom of what is printed in a picture, in millimetres."""
    _, top, _, bottom = found.convert("L").point(lambda value: 255 * (value < 128)).getbbox()
    return top / 100 * 25.4, bottom / 100 * 25.4


@pytest.mark.parametrize("tags", [(), (1,)], ids=["without", "with"])
def test_exactly_the_first_page_bears_one_tag(tags):
    found = texts(finished(letter(pages=3, tags=tags)), TAG)

    assert [text.count("NOTIFY") for text in found] == [1, 0, 0]


def test_two_tags_become_one():
    pdf = finished(
        letter(
            extra=lambda c, _: [put(c, 1.8, 1.8, "NOTIFY", size=6, colour=(1, 1, 1))] * 2, tags=(1,)
        )
    )

    assert texts(pdf, TAG)[0].count("NOTIFY") == 1


def test_the_address_is_printed_again_small_and_below_the_line_of_the_printer():
    pdf = finished(letter())

    assert texts(pdf, WINDOW)[0].splitlines() == list(ADDRESS)
    assert texts(pdf, PAGE)[0].count("Jo Bloggs") == 1
    window = picture(pdf).crop((90, 150, 470, 262))
    top, _ = dark_rows(window)
    assert 41.5 < top + 150 / 100 * 25.4 < 44


def test_a_long_line_of_an_address_is_made_narrower_and_keeps_all_its_words():
    long = "The Worshipful Company of Makers of Exceedingly Long Lines in Addresses of Letters"

    def draw(canvas, _page):
        for number, line in enumerate(("Jo", long, "SW1A 2AA")):
            put(canvas, 25, 41 + 4 * number, line, size=6)

    pdf = finished(letter(address=(), extra=draw))

    assert texts(pdf, WINDOW)[0].splitlines()[1] == long


def test_colours_are_those_of_a_printer():
    photo = Image.linear_gradient("L").resize((64, 64))
    photo = Image.merge("RGB", (photo, photo.rotate(90), photo.rotate(180)))
    packed = io.BytesIO()
    photo.save(packed, "JPEG", quality=95)
    packed.seek(0)

    def draw(canvas, _page):
        put(canvas, 30, 150, "Blue", colour=(0, 0, 1))
        canvas.setStrokeColorRGB(1, 0, 0)
        canvas.line(100, 100, 200, 100)
        canvas.drawImage(ImageReader(photo), 100, 200, 60, 60)
        canvas.drawImage(ImageReader(packed), 200, 200, 60, 60)

    before = letter(extra=draw)
    pdf = finished(before)

    said = instructions(pdf)
    assert b" rg\n" not in said
    assert b" RG\n" not in said
    assert b"1 1 0 0.0 k" in said.replace(b"1.0", b"1").replace(b"0.0 0.0", b"0 0.0")
    pictures = PdfReader(io.BytesIO(pdf)).pages[0]["/Resources"]["/XObject"].values()
    assert [each.get_object()["/ColorSpace"] for each in pictures] == ["/DeviceCMYK"] * 2
    for each in (before, pdf):
        red, green, blue = picture(each).getpixel((315, 845))
        assert abs(red - green) < 255
        del blue


def test_colours_of_named_spaces_are_those_of_a_printer_too():
    def name(writer, page):
        space = ArrayObject(
            [
                NameObject("/CalRGB"),
                DictionaryObject(
                    {NameObject("/WhitePoint"): ArrayObject(map(FloatObject, (0.95, 1, 1.09)))}
                ),
            ]
        )
        page["/Resources"][NameObject("/ColorSpace")] = DictionaryObject(
            {NameObject("/Mine"): space}
        )
        contents = page.get_contents()
        contents.set_data(
            b"q /Mine cs 1 0 0 sc 100 100 50 50 re f q 0 1 0 scn 200 100 50 50 re f Q Q "
            b"0.5 g 300 100 50 50 re f " + contents.get_data()
        )
        page.replace_contents(contents)

    said = instructions(finished(changed(letter(), name)))

    assert b"/DeviceCMYK cs" in said
    assert b"/Mine cs" not in said
    assert b"0.5 g" in said


def test_a_font_that_is_named_and_not_used_is_not_missed():
    pdf = finished(letter(extra=lambda canvas, _: canvas.setFont("Helvetica", 12)))

    assert "This is page 1." in texts(pdf, PAGE)[0]


def test_a_font_that_is_not_in_the_file_makes_its_page_a_picture_that_looks_the_same():
    pdf = finished(letter(pages=2, font="Helvetica"))

    assert "This is page" not in texts(pdf, PAGE)[0]
    assert texts(pdf, WINDOW)[0].splitlines() == list(ADDRESS)
    assert texts(pdf, TAG) == ["NOTIFY", ""]
    assert dark_rows(picture(pdf).crop((0, 350, 827, 1170)))[0] == pytest.approx(
        dark_rows(picture(letter(font="Helvetica")).crop((0, 350, 827, 1170)))[0], abs=0.6
    )


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_page_that_is_turned_is_printed_as_it_is_looked_at(turn):
    def lay(_writer, page):
        size = 210 * MM, 297 * MM
        back = Transformation().rotate(turn)
        back = back.translate(*{90: (size[1], 0), 180: size, 270: (0, size[0])}[turn])
        page.add_transformation(back)
        if turn != 180:
            for box in (page.mediabox, page.cropbox, page.trimbox):
                box.upper_right = size[1], size[0]
        page.rotate(turn)

    pdf = finished(changed(letter(), lay))

    assert texts(pdf, WINDOW)[0].splitlines() == list(ADDRESS)
    assert PdfReader(io.BytesIO(pdf)).pages[0].rotation == 0
    assert picture(pdf).size == picture(letter()).size


def test_a_page_that_does_not_begin_at_zero_is_moved_to_its_place():
    def shift(_writer, page):
        page.add_transformation(Transformation().translate(100, -50))
        for box in (page.mediabox, page.cropbox, page.trimbox):
            box.lower_left = 100, -50
            box.upper_right = 100 + 210 * MM, -50 + 297 * MM

    pdf = finished(changed(letter(), shift))

    assert texts(pdf, WINDOW)[0].splitlines() == list(ADDRESS)
    assert PdfReader(io.BytesIO(pdf)).pages[0].mediabox.lower_left == (0, 0)


def test_scripts_attachments_and_links_do_not_go_to_the_printer_but_notes_that_are_printed_do():
    def add(writer, page):
        writer.root_object[NameObject("/OpenAction")] = DictionaryObject(
            {
                NameObject("/S"): NameObject("/JavaScript"),
                NameObject("/JS"): TextStringObject("app.alert('hello')"),
            }
        )
        writer.add_attachment("secret.txt", b"attached-secret")
        note = FreeText(text="A note", rect=(100, 300, 200, 330), font_size="12pt")
        note.flags = 4
        writer.add_annotation(page, note)
        writer.add_uri(0, "https://example.com/track", (50, 50, 100, 100))

    pdf = finished(changed(letter(), add))

    reader = PdfReader(io.BytesIO(pdf))
    assert set(reader.trailer["/Root"]) == {"/Type", "/Pages"}
    assert "/Annots" not in reader.pages[0]
    whole = b"".join(str(reader.get_object(n)).encode() for n in range(1, len(reader.xref[0]) + 1))
    assert b"example.com" not in pdf + whole
    assert b"JavaScript" not in pdf + whole
    assert b"EmbeddedFile" not in pdf + whole


def test_what_is_hidden_stays_hidden():
    def hide(writer, page):
        layer = writer._add_object(DictionaryObject({NameObject("/Type"): NameObject("/OCG")}))
        page["/Resources"][NameObject("/Properties")] = DictionaryObject(
            {NameObject("/Hidden"): layer}
        )
        writer.root_object[NameObject("/OCProperties")] = DictionaryObject(
            {
                NameObject("/OCGs"): ArrayObject([layer]),
                NameObject("/D"): DictionaryObject({NameObject("/OFF"): ArrayObject([layer])}),
            }
        )
        contents = page.get_contents()
        contents.set_data(contents.get_data() + b" /OC /Hidden BDC 0 g 100 100 300 300 re f EMC")
        page.replace_contents(contents)

    pdf = finished(changed(letter(), hide))

    assert picture(pdf).getpixel((300, 800)) == (255, 255, 255)


def test_a_code_is_drawn_where_the_printer_adds_none():
    reference = "ABCDEFGHIJ234567"
    pdf = finished(letter(), reference=reference)

    document = Document(pdf)
    found = zxingcpp.read_barcodes(document.picture_of(1, dots_per_inch=400))
    document.close()
    assert [code.text for code in found] == [reference]
