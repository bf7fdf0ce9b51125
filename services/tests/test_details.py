import pytest

from services.creating import create_service, update_service
from services.details import InvalidDetails
from services.models import Service
from services.tests.factories import ServiceFactory

pytestmark = pytest.mark.django_db
CONTACTS = [
    "https://library.example/help",
    "http://localhost:6012/contact",
    "help@library.example",
    "020 7946 0000",
    "+44 (0)20 7946 0000",
    "111",
]
NO_CONTACTS = [
    "javascript:alert(1)",
    "data:text/html,x",
    "ftp://library.example/help",
    "https://",
    "https://library.example/\r\nBcc: all@example.org",
    "https://library.example/ <script>",
    "help@library",
    "help@library.example\n",
    "ask at the desk",
    "() -",
    "020 7946 0000\n",
    " ",
]
ENDS = ["\r\nBcc: all@example.org", "\nx", "\x85x", "\u2028x", "\tx", "\x1bx"]


@pytest.mark.parametrize("contact", [*CONTACTS, None, ""])
def test_contact_details_can_be_an_address_or_a_number(contact):
    assert create_service("New", actor=None, contact_link=contact).contact_link == contact


@pytest.mark.parametrize("contact", NO_CONTACTS)
def test_nothing_else_can_be_contact_details(contact):
    service = ServiceFactory()

    with pytest.raises(InvalidDetails):
        create_service("New", actor=None, contact_link=contact)
    with pytest.raises(InvalidDetails):
        update_service(service, actor=None, contact_link=contact)
    assert Service.objects.get().version == service.version


@pytest.mark.parametrize("column", ["name", "custom_email_sender_name"])
@pytest.mark.parametrize("end", ENDS)
def test_a_name_is_one_line(column, end):
    service = ServiceFactory()

    with pytest.raises(InvalidDetails):
        update_service(service, actor=None, **{column: f"Libraries{end}"})
    with pytest.raises(InvalidDetails):
        create_service(**{"name": "New", "actor": None, column: f"Libraries{end}"})


def test_a_service_with_older_details_can_still_be_changed():
    service = ServiceFactory(contact_link="ask at the desk")

    assert update_service(service, actor=None, rate_limit=5).rate_limit == 5
