import re
import uuid
from datetime import timedelta
from decimal import Decimal
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client

from notifications import hooks
from notifications.models import Notification, UnsubscribeRequest
from notifications.tests.factories import NotificationFactory
from notify_project import clock
from notify_project.versioning import save_versioned
from services.models import Service
from services.tests.factories import UserFactory
from templates_app.models import TemplateHistory
from templates_app.precompiled import precompiled_template
from templates_app.tests.factories import TemplateFactory


def show(world, name, key="K_READ"):
    response = world.get(f"/v2/notifications/{{{name}}}", key)
    assert response.status_code == 200
    return response.json()


def test_a_text_message_is_shown_whole(world):
    row = world.rows["N_SMS_DELIVERED"]

    def time_of(instant):
        return instant.strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    body = show(world, "N_SMS_DELIVERED")
    rate = body["cost_details"]["sms_rate"]
    assert body == {
        "id": str(row.id),
        "reference": None,
        "email_address": None,
        "phone_number": "07900900123",
        **{f"line_{number}": None for number in range(1, 7)},
        "postcode": None,
        "postage": None,
        "type": "sms",
        "status": "delivered",
        "template": {
            "id": world.ids["TR_SMS"],
            "version": 1,
            "uri": f"http://testserver/v2/template/{world.ids['TR_SMS']}/version/1",
        },
        "body": "Hello Jo",
        "subject": None,
        "created_at": time_of(row.created_at),
        "created_by_name": None,
        "sent_at": time_of(row.sent_at),
        "completed_at": time_of(row.updated_at),
        "scheduled_for": None,
        "one_click_unsubscribe_url": None,
        "is_cost_data_ready": True,
        "cost_in_pounds": round(2 * rate, 6),
        "cost_details": {
            "billable_sms_fragments": 2,
            "international_rate_multiplier": 1,
            "sms_rate": rate,
        },
    }


def test_an_email_shows_our_unsubscribe_link_and_it_works(world):
    template = TemplateFactory(unsubscribe=True, service=world.rows["S_READ"])
    row = world.add("N_NEWS", NotificationFactory(template=template))

    url = show(world, "N_NEWS")["one_click_unsubscribe_url"]

    assert url.startswith(f"http://testserver/unsubscribe/{row.id}/")
    assert Client().post(url.removeprefix("http://testserver")).status_code == 200
    assert UnsubscribeRequest.objects.get().notification_id == row.id
    listed = world.get("/v2/notifications?template_type=email").json()["notifications"]
    assert [item["one_click_unsubscribe_url"] is not None for item in listed] == [True, False, True]


def test_an_email_shows_the_callers_unsubscribe_link_first(world):
    template = TemplateFactory(unsubscribe=True, service=world.rows["S_READ"])
    columns = {"template": template, "unsubscribe_link": "https://x.example/mine"}
    world.add("N_NEWS", NotificationFactory(**columns))

    assert show(world, "N_NEWS")["one_click_unsubscribe_url"] == "https://x.example/mine"


def test_a_letter_shows_its_address_as_text(world):
    row = world.rows["N_LETTER"]
    lines = {"ADDRESS LINE 1": 5, "address_line_7": "hidden", "name": "Jo"}
    Notification.objects.filter(id=row.id).update(personalisation=lines)

    body = show(world, "N_LETTER")

    assert (body["line_1"], body["line_2"], body["postcode"]) == ("5", None, None)
    assert "hidden" not in str(body)


def test_a_letter_that_came_as_a_pdf_shows_no_content(world):
    template = precompiled_template(world.rows["S_READ"].id)
    letter = NotificationFactory(
        template=template,
        service=world.rows["S_READ"],
        status="pending-virus-check",
        personalisation={"address_line_1": "Provided as PDF"},
        to="Provided as PDF",
    )
    world.ids["N_PDF"] = str(letter.id)

    body = show(world, "N_PDF")

    assert (body["body"], body["subject"]) == ("", "Pre-compiled PDF")
    assert (body["line_1"], body["line_2"], body["postage"]) == ("Provided as PDF", None, "second")
    assert (body["status"], body["is_cost_data_ready"]) == ("pending-virus-check", False)
    assert body["template"]["id"] == str(template.id)


@pytest.mark.parametrize(("crown", "pounds"), [(True, 0.36), (False, 0.45), (None, 0.36)])
def test_a_letter_costs_what_the_bill_of_its_service_says(world, monkeypatch, crown, pounds):
    row = world.rows["N_LETTER"]
    others = {True: "0.36", False: "0.45", None: "0.36"}
    monkeypatch.setattr(hooks.letter_rate, "_answer", lambda asked: Decimal(others[asked.crown]))
    Notification.objects.filter(id=row.id).update(
        status="delivered", billable_units=3, postage="second"
    )
    Service.objects.filter(id=row.service_id).update(crown=crown)

    body = show(world, "N_LETTER")

    assert body["cost_in_pounds"] == pounds
    assert body["cost_details"] == {"billable_sheets_of_paper": 3, "postage": "second"}


@pytest.mark.parametrize("spelling", [str, str.upper, lambda text: text.replace("-", "")])
def test_an_id_has_several_spellings(world, spelling):
    response = world.get(f"/v2/notifications/{spelling(world.ids['N_SMS'])}")

    assert response.json()["id"] == world.ids["N_SMS"]


@pytest.mark.parametrize(
    "path", ["not-a-uuid", "12345", "1.5", "%00", "{UNKNOWN}", "%20{N_SMS}", "{N_SMS}%0A", "é"]
)
def test_what_is_not_one_of_the_services_ids_is_404(world, path):
    response = world.get(f"/v2/notifications/{path}")

    assert response.status_code == 404
    assert response.json() == {
        "status_code": 404,
        "errors": [{"error": "NoResultFound", "message": "No result found"}],
    }


def test_a_message_keeps_the_version_it_was_made_with(world):
    template = world.rows["TR_SMS"]
    template.content = "Goodbye ((name))"
    save_versioned(template, TemplateHistory)
    template.archived = True
    save_versioned(template, TemplateHistory)

    body = show(world, "N_SMS")

    assert body["body"] == "Hello Jo"
    assert body["template"]["version"] == 1


def test_personalisation_that_no_key_decrypts_reads_as_empty(world):
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notifications SET personalisation = 'broken' WHERE id = %s",
            [world.ids["N_SMS"]],
        )

    body = show(world, "N_SMS")

    assert body["body"] == "Hello ((name))"
    assert world.get("/v2/notifications").status_code == 200


def test_who_sent_it_from_the_web_is_named(world):
    sender = UserFactory(name="Amala Bird")
    Notification.objects.filter(id=world.ids["N_SMS"]).update(created_by=sender, api_key=None)

    assert show(world, "N_SMS")["created_by_name"] == "Amala Bird"


def test_a_list_costs_one_query_more_than_finding_the_caller(
    world, settings, django_assert_max_num_queries
):
    settings.READ_MODEL_SECONDS = 60
    world.get("/v2/notifications")  # remembers the service and the versions

    with django_assert_max_num_queries(1):
        assert len(world.get("/v2/notifications").json()["notifications"]) == 13


def test_versions_that_nobody_has_read_yet_cost_two_queries_a_page(
    world, settings, django_assert_max_num_queries
):
    settings.READ_MODEL_SECONDS = 60
    world.get("/v2/notifications")
    for _ in range(20):
        template = TemplateFactory(service=world.rows["S_READ"])
        NotificationFactory(template=template, created_at=clock.now())

    with django_assert_max_num_queries(3):
        assert len(world.get("/v2/notifications").json()["notifications"]) == 33


def test_pages_have_250_items_and_the_last_is_empty(world):
    started = clock.now() - timedelta(days=1)
    template = world.rows["T_SMS0"]
    for number in range(256):
        # Half of them at one instant: none may be lost or shown twice between pages.
        created_at = started + timedelta(seconds=max(number, 128))
        NotificationFactory(template=template, created_at=created_at, key_type="team")

    link, pages = "/v2/notifications", []
    while link:
        body = world.get(link, "K_LIVE_TEAM").json()
        pages.append([item["id"] for item in body["notifications"]])
        link = body["links"].get("next", "").removeprefix("http://testserver")

    assert [len(page) for page in pages] == [250, 6, 0]
    assert len({row_id for page in pages for row_id in page}) == 256


def test_links_keep_every_parameter(world):
    path = "/v2/notifications?status=created&status=delivered&template_type=sms"

    links = world.get(path).json()["links"]

    assert links["current"] == f"http://testserver{path}"
    oldest = world.ids["N_SMS"]
    query = path.partition("?")[2]
    assert links["next"] == f"http://testserver/v2/notifications?older_than={oldest}&{query}"


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("reference=%00", "reference must not contain null characters"),
        (
            "status=",
            "status  is not one of [cancelled, created, sending, sent, delivered, pending,",
        ),
        ("include_jobs=", "include_jobs  is not one of [true, True]"),
        ("older_than=", "older_than is not a valid UUID"),
        ("status=created,delivered", "status created,delivered is not one of [cancelled,"),
    ],
)
def test_odd_parameters_are_refused(world, query, message):
    response = world.get(f"/v2/notifications?{query}")

    assert response.status_code == 400
    (error,) = response.json()["errors"]
    assert error["error"] == "ValidationError"
    assert error["message"].startswith(message)


def test_an_empty_reference_matches_only_empty_ones(world):
    Notification.objects.filter(id=world.ids["N_EMAIL"]).update(client_reference="")

    listed = world.get("/v2/notifications?reference=").json()["notifications"]

    assert [item["id"] for item in listed] == [world.ids["N_EMAIL"]]


def test_older_than_another_services_message_is_an_empty_page(world):
    other = NotificationFactory(template=world.rows["T_OTHER"])

    body = world.get(f"/v2/notifications?older_than={other.id}").json()

    assert body["notifications"] == []
    assert "next" not in body["links"]


def test_what_the_web_sent_is_listed_for_live_keys_only(world):
    Notification.objects.filter(id=world.ids["N_SMS"]).update(api_key=None)

    live = world.get("/v2/notifications?reference=ref-1").json()["notifications"]
    test = world.get("/v2/notifications?reference=ref-1", "K_READ_TEST").json()["notifications"]

    assert (len(live), len(test)) == (1, 0)


def test_an_unknown_id_needs_no_row(world):
    assert world.get(f"/v2/notifications/{uuid.uuid4()}").status_code == 404


def test_the_next_page_is_named_by_the_first_id_in_the_link(world):
    reference = world.ids["N_EMAIL"]
    Notification.objects.filter(id=world.ids["N_SMS"]).update(client_reference=reference)

    links = world.get(f"/v2/notifications?reference={reference}").json()["links"]

    uuids = re.findall(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", links["next"])
    assert uuids[0] == world.ids["N_SMS"]
    assert links["current"] == f"http://testserver/v2/notifications?reference={reference}"


def test_a_message_is_found_by_a_reference_of_any_length(world):
    # Text that does not compress, and so long that no index holds it.
    reference = "".join(chr(0x10000 + number * 7919 % 50000) for number in range(1000))
    sent = world.send("sms", reference=reference)
    world.send("sms", reference=reference[:-1])

    found = world.get(f"/v2/notifications?{urlencode({'reference': reference})}", "K_LIVE").json()

    assert sent.status_code == 201
    assert [item["id"] for item in found["notifications"]] == [sent.json()["id"]]


def test_a_message_of_another_kind_of_key_marks_a_place_in_the_list(world):
    row = world.rows["N_EMAIL"]
    template = TemplateFactory(service=world.rows["S_READ"])
    marker = NotificationFactory(template=template, created_at=row.created_at, research=True)

    body = world.get(f"/v2/notifications?older_than={marker.id}").json()

    assert body["notifications"][-1]["id"] == world.ids["N_SMS"]
