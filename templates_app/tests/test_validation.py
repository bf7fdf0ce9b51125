import pytest

from services.senders import add_letter_contact, archive_sender
from services.tests.factories import ServiceFactory, UserFactory
from templates_app.folders import InvalidFolder
from templates_app.models import Template
from templates_app.tests.factories import TemplateFactory, TemplateFolderFactory
from templates_app.validation import InvalidTemplate
from templates_app.versions import create_template, update_template

pytestmark = pytest.mark.django_db

LETTER = {"template_type": "letter", "subject": "Heading"}
WELSH = {
    **LETTER,
    "letter_languages": "welsh_then_english",
    "letter_welsh_subject": "Pennawd",
    "letter_welsh_content": "Helo",
}
LONG_QR_CODE = f"QR: {'x' * 505}"


def create(service=None, **values):
    values = {"name": "Code", "template_type": "sms", "content": "Code ((code))", **values}
    return create_template(service or ServiceFactory(), actor=UserFactory(), **values)


REFUSED = {
    "no name": ({"name": " "}, "The name must have"),
    "a long name": ({"name": "x" * 256}, "The name must have"),
    "a null in the name": ({"name": "a\0b"}, "null characters"),
    "no content": ({"content": " "}, "The content must not be empty"),
    "a long text": ({"content": "x" * 919}, "greater than the limit of 918"),
    "a null in the content": ({"content": "a\0b"}, "null characters"),
    "half a pair": ({"content": "a\ud83d"}, "halves of pairs"),
    "half a pair in Welsh": ({**WELSH, "letter_welsh_content": "\udc4d"}, "halves of pairs"),
    "a null in a subject": ({**LETTER, "subject": "\0"}, "null characters"),
    "a text with a subject": ({"subject": "For a text"}, "has no subject"),
    "an email without one": ({"template_type": "email"}, "Invalid template subject"),
    "a blank subject": ({"template_type": "email", "subject": " "}, "Invalid template subject"),
    "an unknown process type": ({"process_type": "urgent"}, "urgent is not a process type"),
    "a text with a postage": ({"postage": "first"}, "Letters alone have a postage"),
    "an unknown postage": ({**LETTER, "postage": "third"}, "first, second or economy"),
    "an unknown type": ({"template_type": "fax"}, "fax is not a type"),
    "a text with a link": ({"has_unsubscribe_link": True}, "Emails alone have an unsubscribe"),
    "a text in languages": ({"letter_languages": "english"}, "Letters alone have languages"),
    "a text in Welsh": ({"letter_welsh_content": "Helo"}, "Letters alone have a Welsh text"),
    "unknown languages": ({**LETTER, "letter_languages": "cornish"}, "languages of a letter are"),
    "English with Welsh": ({**WELSH, "letter_languages": "english"}, "has no Welsh text"),
    "no Welsh subject": ({**WELSH, "letter_welsh_subject": None}, "Invalid template subject"),
    "a blank Welsh subject": ({**WELSH, "letter_welsh_subject": " "}, "Invalid template subject"),
    "no Welsh content": ({**WELSH, "letter_welsh_content": None}, "Welsh content must not be"),
    "a long QR code": ({**LETTER, "content": LONG_QR_CODE}, "qr-code-too-long"),
    "one in Welsh": ({**WELSH, "letter_welsh_content": LONG_QR_CODE}, "qr-code-too-long"),
}


@pytest.mark.parametrize(("values", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_sent_cannot_be_saved(values, message):
    with pytest.raises(InvalidTemplate, match=message):
        create(**values)

    assert not Template.objects.exists()


@pytest.mark.parametrize(
    "content",
    [f"QR: {'x' * 504}", f"QR: {'x' * 504}((a name that is not sent))"],
    ids=["just short enough", "with a placeholder"],
)
def test_a_qr_code_that_may_be_short_enough_is_saved(content):
    assert create(**LETTER, content=content).version == 1


def test_placeholders_do_not_count_for_the_length_of_a_text():
    template = create(content="x" * 918 + "((a long name that nobody counts))")

    assert template.version == 1


def test_a_letter_is_second_class_and_in_english_unless_said_otherwise():
    letter = create(**LETTER)

    assert (letter.postage, letter.letter_languages) == ("second", "english")


def test_a_contact_block_of_another_service_is_refused():
    service, other = ServiceFactory(), ServiceFactory()
    block = add_letter_contact(other, "1 Road")

    with pytest.raises(InvalidTemplate) as refused:
        create(service, **LETTER, service_letter_contact_id=block.id)

    assert refused.value.message == (
        f"letter_contact_id {block.id} does not exist in database for service id {service.id}"
    )
    assert not Template.objects.exists()


def test_an_archived_contact_block_is_refused():
    letter = TemplateFactory(letter=True)
    block = add_letter_contact(letter.service, "1 Road")
    archive_sender(block)

    with pytest.raises(InvalidTemplate, match=f"letter_contact_id {block.id} does not exist"):
        update_template(letter, actor=None, service_letter_contact_id=block.id)

    letter.refresh_from_db()
    assert (letter.version, letter.service_letter_contact) == (1, None)


def test_an_email_has_no_contact_block():
    email = TemplateFactory(email=True)
    block = add_letter_contact(email.service, "1 Road")

    with pytest.raises(InvalidTemplate, match="Letters alone have a contact block"):
        update_template(email, actor=None, service_letter_contact_id=block.id)


def test_a_template_is_not_put_into_the_folder_of_another_service():
    folder = TemplateFolderFactory()

    with pytest.raises(InvalidFolder, match="parent_folder_id not found"):
        create(folder_id=folder.id)

    assert not Template.objects.exists()
