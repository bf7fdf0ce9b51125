import pytest

from services.senders import add_letter_contact
from services.tests.factories import ServiceFactory
from templates_app.read_models import find_template
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db


def names_of(template):
    return find_template(template.service_id, template.id).names


def test_the_names_of_a_letter_begin_with_its_contact_block():
    service = ServiceFactory()
    letter = TemplateFactory(
        letter=True,
        service=service,
        subject="((a)) ((office))",
        content="((c)) ((B)) ((a??x))",
        service_letter_contact=add_letter_contact(service, "((Office))\n((b))"),
    )

    assert names_of(letter) == ("Office", "b", "a", "c")


def test_the_names_of_a_welsh_letter_are_those_of_its_welsh_before_its_english():
    service = ServiceFactory()
    letter = TemplateFactory(
        welsh=True,
        service=service,
        letter_welsh_subject="((b)) ((A))",
        letter_welsh_content="((c)) ((d))",
        subject="((D)) ((e))",
        content="((f)) ((B))",
        service_letter_contact=add_letter_contact(service, "((a))"),
    )

    assert names_of(letter) == ("a", "b", "c", "d", "e", "f")


def test_the_names_of_an_email_begin_with_its_subject():
    assert names_of(TemplateFactory(email=True, subject="((a))", content="((b)) ((A))")) == (
        "a",
        "b",
    )


def test_a_text_and_a_letter_without_a_contact_block_have_the_names_of_what_they_have():
    assert names_of(TemplateFactory(content="((b)) ((a))")) == ("b", "a")
    assert names_of(TemplateFactory(letter=True, subject="((s))", content="((c))")) == ("s", "c")
