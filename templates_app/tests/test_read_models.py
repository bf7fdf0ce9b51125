import pytest

from services.models import ServiceLetterContact
from templates_app.read_models import find_template
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db


def names_of(template):
    return find_template(template.service_id, template.id).names


def test_the_names_of_a_letter_begin_with_its_contact_block():
    contact = ServiceLetterContact(contact_block="((Office))\n((b))")
    letter = TemplateFactory(
        letter=True, subject="((a)) ((office))", content="((c)) ((B)) ((a??x))"
    )
    contact.service = letter.service
    contact.save()
    letter.service_letter_contact = contact
    letter.save()

    assert names_of(letter) == ("Office", "b", "a", "c")


def test_the_names_of_an_email_begin_with_its_subject():
    assert names_of(TemplateFactory(email=True, subject="((a))", content="((b)) ((A))")) == (
        "a",
        "b",
    )


def test_a_text_and_a_letter_without_a_contact_block_have_the_names_of_what_they_have():
    assert names_of(TemplateFactory(content="((b)) ((a))")) == ("b", "a")
    assert names_of(TemplateFactory(letter=True, subject="((s))", content="((c))")) == ("s", "c")
