import pytest

from notifications.acceptance.rules import QrCodeTooLong, require_usable_qr_code
from templates_app.read_models import find_template
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db

CODE = "QR: ((link))"


def model(**columns):
    template = TemplateFactory(welsh=True, **columns)
    return find_template(template.service_id, template.id)


@pytest.mark.parametrize(
    "columns",
    [{"content": CODE}, {"letter_welsh_content": CODE}],
    ids=["English pages", "Welsh pages"],
)
def test_a_qr_code_that_holds_too_much_is_refused_on_all_pages(columns):
    template = model(**columns)

    require_usable_qr_code(template, {"link": "x" * 504})
    with pytest.raises(QrCodeTooLong):
        require_usable_qr_code(template, {"link": "x" * 505})
