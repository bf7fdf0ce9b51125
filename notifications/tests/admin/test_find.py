"""The page that finds anything."""

import re
import uuid

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from notifications.models import InboundSms, Notification
from notifications.suppression.entries import suppress
from notifications.tests.factories import (
    CallbackDeliveryFactory,
    InboundSmsFactory,
    JobFactory,
    NotificationFactory,
)
from notify_project import audit, logs
from notify_project.models import AuditEvent
from services.models import Service
from services.tests.factories import (
    ApiKeyFactory,
    OrganisationFactory,
    ServiceFactory,
    UserFactory,
)
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db
URL = "/admin/find/"
TRACE_ID = "463ac35c9f6413ad48485a3953bb6124"


@pytest.fixture
def staff():
    return UserFactory(support=True, name="Somebody Else")


@pytest.fixture
def signed_in(staff):
    client = Client()
    client.force_login(staff)
    return client


def with_permissions(*names):
    user = UserFactory(platform_admin=True)
    user.user_permissions.add(*Permission.objects.filter(codename__in=names))
    client = Client()
    client.force_login(user)
    return client


def post(client, term, reason=""):
    return client.post(URL, {"term": str(term), "reason": reason})


def page_of(row):
    if isinstance(row, Service):
        return reverse("service-overview", args=[row.pk])
    meta = row._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk])


MAKERS = {
    "notification": NotificationFactory,
    "job": JobFactory,
    "template": TemplateFactory,
    "service": ServiceFactory,
    "key": ApiKeyFactory,
    "organisation": OrganisationFactory,
    "person": UserFactory,
    "received text": InboundSmsFactory,
    "callback": CallbackDeliveryFactory,
    "event": lambda: audit.record("change", ServiceFactory(), actor=None),
}


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("spelling", [str, lambda row_id: f" {row_id.hex.upper()} "])
def test_an_id_leads_straight_to_what_has_it(signed_in, name, spelling):
    row = MAKERS[name]()

    posted = post(signed_in, spelling(row.pk))
    linked = signed_in.get(URL, {"q": str(row.pk)})

    assert (posted.status_code, posted["Location"]) == (302, page_of(row))
    assert linked["Location"] == page_of(row)
    assert signed_in.get(page_of(row)).status_code == 200


def test_a_message_is_found_by_all_that_names_it(signed_in):
    row = NotificationFactory(
        client_reference="order 7", reference="provider-1", request_id=uuid.UUID(TRACE_ID)
    )
    NotificationFactory(client_reference="order 70", reference="provider-10")

    answers = [
        post(signed_in, term) for term in ("order 7", "provider-1", TRACE_ID, TRACE_ID.upper())
    ]

    assert [answer["Location"] for answer in answers] == [page_of(row)] * 4


@pytest.mark.parametrize("name", ["0a1b2c3d-0000-4000-8000-000000000007", "463ac35c9f6413ad"])
@pytest.mark.parametrize("column", ["client_reference", "reference"])
def test_a_reference_may_look_like_an_id(signed_in, name, column):
    row = NotificationFactory(**{column: name})

    assert post(signed_in, name)["Location"] == page_of(row)


def test_a_letter_is_found_by_its_barcode_in_small_letters(signed_in):
    row = NotificationFactory(letter=True, reference="ABCDEFGH12345678")

    assert post(signed_in, "abcdefgh12345678")["Location"] == page_of(row)


def test_a_request_that_we_named_leads_to_its_message_and_to_what_it_did(signed_in):
    row = NotificationFactory()
    with logs.belonging_to(row.id.hex):
        audit.record("change", row.service, actor=None)

    page = post(signed_in, row.id.hex).content.decode()

    assert page_of(row) in page
    assert "change: services.service" in page


def test_a_message_past_its_retention_is_found_in_history(signed_in):
    row = NotificationFactory(reference="provider-1")
    Notification.objects.filter(id=row.id).delete()
    history = f"/admin/notifications/notificationhistory/{row.id}/change/"

    answers = [post(signed_in, term) for term in (row.id, "provider-1")]

    assert [answer["Location"] for answer in answers] == [history, history]
    assert "history" in signed_in.get(history).content.decode()


def test_a_file_is_found_by_the_beginning_of_its_name(signed_in):
    jobs = [JobFactory(original_file_name=f"Winter {number}.csv") for number in (1, 2)]
    JobFactory(original_file_name="A winter.csv")

    exact = post(signed_in, "winter 1.csv")
    page = post(signed_in, "WINTER").content.decode()

    assert exact["Location"] == page_of(jobs[0])
    assert [page_of(job) in page for job in jobs] == [True, True]
    assert "A winter.csv" not in page


def test_kinds_are_shown_apart(signed_in):
    service = ServiceFactory(name="Park permits")
    template = TemplateFactory(name="Your park permit")
    key = ApiKeyFactory(name="park-key")

    page = post(signed_in, "park").content.decode()

    assert [page_of(row) in page for row in (service, template, key)] == [True] * 3
    assert re.findall(r'<section aria-label="([^"]+)"', page) == [
        *("Templates", "Services", "API keys"),
    ]


def test_nothing_found_says_what_was_tried(signed_in):
    page = post(signed_in, "pigeon").content.decode()

    assert "Nothing was found" in page
    assert "a reference of a caller" in page
    assert "past their retention only the provider" in page


@pytest.mark.parametrize("term", ["", " x ", "x" * 1001, "\0\0\0"])
def test_what_is_too_short_or_too_long_is_refused(signed_in, term):
    assert "Type 2 to 1000 characters" in post(signed_in, term).content.decode()


@pytest.mark.parametrize("term", ["07700 900123", "+44 (0)7700 900123", "447700900123"])
def test_a_recipient_is_looked_for_only_with_a_reason(signed_in, staff, term):
    row = NotificationFactory(to="07700900123")
    other = NotificationFactory(to="07700900124", normalised_to="447700900124")

    asked = post(signed_in, term).content.decode()
    found = post(signed_in, term, reason="ticket 7")

    assert "Why do you look for this recipient?" in asked
    assert page_of(row) not in asked
    assert found["Location"] == page_of(row)
    assert page_of(other) != found["Location"]
    event = AuditEvent.objects.get()
    assert (event.action, event.actor, event.reason) == ("find recipient", staff, "ticket 7")
    assert len(event.after["digests"]) == 1
    assert "900123" not in str(vars(event))


def test_all_that_is_known_of_a_recipient_is_shown_and_masked(signed_in):
    email = NotificationFactory(email=True, to="Jo@example.com", normalised_to="jo@example.com")
    entry = suppress(email.service, "jo@example.com", actor=None, reason="asked")
    account = UserFactory(email_address="jo@example.com")

    answer = post(signed_in, "JO@example.com", reason="ticket 7")

    page = answer.content.decode()
    assert [page_of(row) in page for row in (email, entry, account)] == [True] * 3
    assert "j•••@example.com" in page.lower()
    assert "no-store" in answer["Cache-Control"]
    # What was typed stays in its field, and nowhere else.
    assert page.lower().count("jo@example.com") == 1


def test_texts_from_a_number_are_found(signed_in):
    row = InboundSmsFactory(user_number="447700900555")

    assert post(signed_in, "07700 900555", "ticket 7")["Location"] == page_of(row)
    assert InboundSms.objects.get() == row


def test_a_reason_must_not_name_the_person(signed_in):
    NotificationFactory(to="07700900123")

    page = post(signed_in, "07700 900123", reason="call 07700 900123").content.decode()

    assert "must not name the person" in page
    assert not AuditEvent.objects.exists()


def test_without_the_right_a_recipient_is_not_looked_for():
    row = NotificationFactory(to="07700900123", client_reference="07700900123")
    other = NotificationFactory(email=True)
    client = with_permissions("view_notification")

    by_reference = post(client, "07700900123", reason="ticket 7")
    by_address = post(client, other.to, reason="ticket 7").content.decode()

    assert by_reference["Location"] == page_of(row)
    assert "takes the right to see recipients" in by_address
    assert not AuditEvent.objects.exists()


def test_kinds_that_one_may_not_see_are_not_found():
    key = ApiKeyFactory()

    page = post(with_permissions("view_notification"), key.id).content.decode()

    assert "Nothing was found" in page
    assert "API keys" not in page


@pytest.mark.parametrize("term", ["07700900123", "jo@example.com", "order 7"])
def test_only_ids_are_taken_from_an_address(signed_in, term):
    NotificationFactory(client_reference=term)

    page = signed_in.get(URL, {"q": term})

    assert page.status_code == 200
    assert "only ids are looked for from a link" in page.content.decode()
    assert term not in page.content.decode()


def test_strangers_find_nothing():
    answer = Client().post(URL, {"term": "x"})

    assert answer.status_code == 302
    assert answer["Location"].startswith("/admin/login/")


def test_hostile_text_is_inert(signed_in):
    ServiceFactory(name="<script>alert(1)</script> one")
    ServiceFactory(name="<script>alert(1)</script> two")

    page = post(signed_in, "<script>alert(1)").content.decode()

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; two" in page


@pytest.mark.parametrize("term", ["id", "park", "07700 900123"])
def test_a_search_costs_few_queries_however_much_it_finds(
    signed_in, term, django_assert_max_num_queries
):
    for number in range(60):
        ServiceFactory(name=f"Park {number}")
    template = TemplateFactory(name="park")
    rows = NotificationFactory.create_batch(60, template=template, client_reference="park")
    ApiKeyFactory(name="park")
    JobFactory(original_file_name="park.csv")

    with django_assert_max_num_queries(15):
        answer = post(signed_in, rows[0].id.hex if term == "id" else term, reason="ticket 7")

    assert answer.status_code == (302 if term == "id" else 200)
    if term != "id":
        assert "(the first 50)" in answer.content.decode()
