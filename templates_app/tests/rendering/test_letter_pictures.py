from io import BytesIO

import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from templates_app.rendering.letter_pictures import NoSuchPage, page_png, pages_png


def pdf_of(*colours):
    file = BytesIO()
    canvas = Canvas(file, pagesize=(100, 200))
    for colour in colours:
        canvas.setFillColorRGB(*colour)
        canvas.rect(0, 0, 100, 200, fill=1, stroke=0)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def opened(png):
    return Image.open(BytesIO(png)).convert("RGB")


def test_a_page_is_a_picture_of_the_width_asked_for():
    pdf = pdf_of((1, 0, 0), (0, 0, 1))

    first, second = (opened(page_png(pdf, page, width=50)) for page in (1, 2))

    assert first.size == second.size == (50, 100)
    assert (first.getpixel((25, 50)), second.getpixel((25, 50))) == ((255, 0, 0), (0, 0, 255))


@pytest.mark.parametrize("page", [-1, 0, 2])
def test_a_page_that_there_is_not_has_no_picture(page):
    with pytest.raises(NoSuchPage):
        page_png(pdf_of((1, 0, 0)), page)


def test_pages_lie_below_each_other_and_no_more_than_asked_for():
    pdf = pdf_of((1, 0, 0), (0, 0, 1), (0, 1, 0))

    picture = opened(pages_png(pdf, most=2, width=50))

    assert picture.size == (50, 212)
    assert picture.getpixel((25, 50)) == (255, 0, 0)
    assert picture.getpixel((25, 162)) == (0, 0, 255)
