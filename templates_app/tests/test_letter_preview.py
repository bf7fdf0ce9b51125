import pypdfium2
import pytest
import zxingcpp

from services.branding.letters import save_letter_branding
from services.models import LetterBranding
from services.read_models import find_service
from services.tests.branding import pictures
from services.tests.factories import ServiceFactory
from templates_app.letter_preview import NoPreview, preview_pages, unprintable_characters
from templates_app.read_models import model_of
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db


def shown(values=None, *, service=None, **columns):
    service = service or ServiceFactory()
    template = TemplateFactory(service=service, letter=True, **columns)
    printed = preview_pages(model_of(template), find_service(service.id), values or {})
    return pypdfium2.PdfDocument(printed.pdf)


def text_of(page):
    return page.get_textpage().get_text_range()


def test_a_preview_shows_where_the_address_goes_what_the_printer_adds_and_no_tag():
    [page] = shown(content="Hello ((name))")

    text = text_of(page)
    picture = page.render(scale=6).to_pil()

    assert [f"ADDRESS LINE {number}" in text for number in range(1, 8)] == [True] * 7
    assert "((name))" in text
    assert "NOTIFY" not in text
    assert len(zxingcpp.read_barcodes(picture)) == 1
    # The bar code lies at 71 mm from the top.
    scale = 6 * 72 / 25.4
    bars = picture.convert("L").crop([round(each * scale) for each in (24.6, 72, 84, 78)])
    darkest, lightest = bars.getextrema()
    assert lightest - darkest > 200


def test_a_preview_with_an_address_shows_that_one():
    values = {"address line 1": "Jo", "address line 2": "1 Road", "postcode": "SW1A 1AA"}

    [page] = shown({"name": "Jo", **values})

    text = text_of(page)
    assert "1 ROAD" in text
    assert "ADDRESS LINE" not in text


def test_a_preview_has_the_logo_of_its_service(files):
    branding = save_letter_branding(
        LetterBranding(name="Riverside"),
        actor=None,
        logo=pictures.png(4, 4, lambda *_: (200, 0, 0, 255)),
    )

    [page] = shown(service=ServiceFactory(letter_branding=branding))

    scale = 2 * 72 / 25.4
    place = [round(each * scale) for each in (15 + 12, 5 + 5)]
    assert page.render(scale=2).to_pil().getpixel(tuple(place)) == (200, 0, 0)


def test_a_letter_of_endless_text_is_not_laid_out_for_a_browser():
    with pytest.raises(NoPreview):
        shown(content="word " * 7_000)


def test_characters_that_the_font_lacks_are_named_once_wherever_they_stand():
    template = TemplateFactory(
        welsh=True, subject="Ωμέγα שלום", content="日\u200d\u00ad本日", letter_welsh_content="ŵ ✓"
    )

    found = unprintable_characters(model_of(template), {"name": "café 🙂", "list": ["नम", "é"]})

    assert found == ["✓", "日", "本", "🙂", "न", "म"]
