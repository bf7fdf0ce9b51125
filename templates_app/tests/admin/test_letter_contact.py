import pytest
from django.urls import reverse

from notify_project.models import AuditEvent
from services.models import ServiceLetterContact
from services.senders import add_letter_contact
from services.tests.factories import ServiceFactory

ADD = "admin:services_servicelettercontact_add"
WHY = {"reason": "they moved"}
LIST = "admin:services_servicelettercontact_changelist"


def act(client, action, *blocks, **values):
    """Choose an action for some rows of the list."""
    chosen = {"action": action, "_selected_action": [block.pk for block in blocks], **values}
    return client.post(reverse(LIST), chosen, follow=True)


def test_a_block_is_added(signed_in):
    service = ServiceFactory()
    form = {"service": service.pk, "contact_block": "1 Road\r\nTown ", "is_default": "on", **WHY}

    page = signed_in.post(reverse(ADD), form)

    block = ServiceLetterContact.objects.get()
    assert page.status_code == 302
    assert (block.service, block.contact_block, block.is_default) == (
        service,
        "1 Road\nTown",
        True,
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("((a, b))", "You cannot put commas between double brackets"),
        ("1\n" * 11, "This address is 11 lines long - the most you can have is 10 lines"),
        (" ", "This field is required"),
    ],
    ids=["a comma", "long", "empty"],
)
def test_a_block_that_is_refused_is_explained(signed_in, text, message):
    form = {"service": ServiceFactory().pk, "contact_block": text, **WHY}

    page = signed_in.post(reverse(ADD), form, follow=True)

    assert message in page.content.decode()
    assert not ServiceLetterContact.objects.exists()


def test_a_block_becomes_the_default_and_the_one_before_can_be_archived(signed_in):
    service = ServiceFactory()
    first = add_letter_contact(service, "1 Road", is_default=True)
    second = add_letter_contact(service, "2 Road")

    refused = act(signed_in, "archive", first, confirmed="yes", **WHY).content.decode()
    act(signed_in, "make_default", second, confirmed="yes", **WHY)
    asked = act(signed_in, "archive", first).content.decode()
    assert not ServiceLetterContact.objects.get(id=first.id).archived
    act(signed_in, "archive", first, confirmed="yes", **WHY)

    assert "make another the default first" in refused
    assert "Archive these contact blocks?" in asked
    assert ServiceLetterContact.objects.get(archived=True) == first
    assert ServiceLetterContact.objects.get(is_default=True) == second
    events = AuditEvent.objects.order_by("created_at")
    assert list(events.values_list("action", "before__archived", "after__archived", "reason")) == [
        ("make letter contact the default", False, False, "they moved"),
        ("archive letter contact", False, True, "they moved"),
    ]


def test_a_block_is_never_changed(signed_in):
    block = add_letter_contact(ServiceFactory(), "1 Road")
    url = reverse("admin:services_servicelettercontact_change", args=[block.pk])

    answer = signed_in.post(url, {"contact_block": "2 Road"})

    assert answer.status_code == 403
    assert ServiceLetterContact.objects.get().contact_block == "1 Road"
