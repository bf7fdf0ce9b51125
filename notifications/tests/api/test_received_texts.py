import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from freezegun import freeze_time

from notifications.models import InboundSms
from notifications.tests.factories import InboundSmsFactory
from notify_project import clock
from services.retention import set_retention

URL = "/v2/received-text-messages"


@pytest.fixture
def received(world):
    """Give the service of the reading cases its two texts."""
    service, now = world.rows["S_READ"], clock.now()
    for name, content, age in (("I_OLD", "one", 20), ("I_NEW", "two", 10)):
        row = InboundSmsFactory(
            service=service, content=content, created_at=now - timedelta(minutes=age)
        )
        world.add(name, row)
    return world


def item(world, name, content):
    return {
        "id": world.ids[name],
        "user_number": "447700900123",
        "notify_number": "07700900456",
        "service_id": world.ids["S_READ"],
        "content": content,
        "created_at": world.rows[name].created_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
    }


def empty(path=URL):
    return {"received_text_messages": [], "links": {"current": f"http://testserver{path}"}}


def listed(world, path=URL, key="K_READ"):
    response = world.get(path, key)
    assert response.status_code == 200
    return response.json()


def contents(body):
    return [each["content"] for each in body["received_text_messages"]]


def test_texts_are_shown_whole_and_newest_first(received):
    assert listed(received) == {
        "received_text_messages": [
            item(received, "I_NEW", "two"),
            item(received, "I_OLD", "one"),
        ],
        "links": {
            "current": f"http://testserver{URL}",
            "next": f"http://testserver{URL}?older_than={received.ids['I_OLD']}",
        },
    }


def test_a_page_goes_on_from_a_text(received):
    assert listed(received, f"{URL}?older_than={{I_NEW}}") == {
        "received_text_messages": [item(received, "I_OLD", "one")],
        "links": {
            "current": f"http://testserver{URL}",
            "next": f"http://testserver{URL}?older_than={received.ids['I_OLD']}",
        },
    }


@pytest.mark.parametrize("name", ["I_OLD", "UNKNOWN"])
def test_after_the_oldest_or_an_unknown_one_there_is_nothing(received, name):
    assert listed(received, f"{URL}?older_than={{{name}}}") == empty()


def test_after_another_services_text_there_is_nothing(received):
    received.add("I_OTHER", InboundSmsFactory(service=received.rows["S_OTHER"]))

    assert listed(received, f"{URL}?older_than={{I_OTHER}}") == empty()


def test_another_service_sees_none_of_them(received):
    assert listed(received, key="K_LIVE") == empty()


@pytest.mark.parametrize("key", ["K_READ_TEAM", "K_READ_TEST"])
def test_every_key_of_the_service_sees_the_same(received, key):
    assert listed(received, key=key) == listed(received)


@pytest.mark.parametrize(
    ("query", "messages"),
    [
        ("older_than=abc", ["older_than is not a valid UUID"]),
        ("older_than=", ["older_than is not a valid UUID"]),
        ("foo=1", ["Additional properties are not allowed (foo was unexpected)"]),
        (
            "foo=1&older_than=abc",
            [
                "older_than is not a valid UUID",
                "Additional properties are not allowed (foo was unexpected)",
            ],
        ),
    ],
)
def test_other_parameters_are_refused(world, query, messages):
    response = world.get(f"{URL}?{query}")

    assert response.status_code == 400
    assert response.json() == {
        "status_code": 400,
        "errors": [{"error": "ValidationError", "message": text} for text in messages],
    }


def test_only_a_caller_with_a_token_reads(db, redis):
    response = Client().get(URL)

    assert response.status_code == 401


def test_it_is_only_read(world):
    response = Client().post(URL, headers=world.headers("K_READ"))

    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize(
    ("sender", "shown"),
    [
        ("07700 900 123", "447700900123"),
        ("+447700900123", "447700900123"),
        ("33612345678", "33612345678"),
        ("BANK", "BANK"),
        ("60006", "60006"),
    ],
)
def test_a_sender_is_shown_as_digits_if_it_is_a_number(world, sender, shown):
    InboundSmsFactory(service=world.rows["S_READ"], user_number=sender)

    [text] = listed(world)["received_text_messages"]
    assert text["user_number"] == shown


def test_pages_have_250_texts_and_the_last_is_empty(world):
    started = clock.now() - timedelta(hours=1)
    # Half of them at one instant: none may be lost or shown twice between pages.
    InboundSms.objects.bulk_create(
        InboundSmsFactory.build(
            service=world.rows["S_READ"],
            created_at=started + timedelta(seconds=max(number, 128)),
        )
        for number in range(256)
    )

    link, pages = URL, []
    while link:
        body = listed(world, link)
        pages.append([each["id"] for each in body["received_text_messages"]])
        link = body["links"].get("next", "").removeprefix("http://testserver")

    assert [len(page) for page in pages] == [250, 6, 0]
    assert len({row_id for page in pages for row_id in page}) == 256


def test_a_text_is_kept_for_seven_days_of_london(world):
    service = world.rows["S_READ"]
    with freeze_time("2026-04-01T12:00:00Z"):
        # In London the day of 25 March began at midnight UTC: the clocks changed after it.
        for content, created_at in (
            ("kept", datetime(2026, 3, 25, 0, 0, tzinfo=UTC)),
            ("gone", datetime(2026, 3, 24, 23, 59, 59, tzinfo=UTC)),
        ):
            InboundSmsFactory(service=service, content=content, created_at=created_at)
        body = listed(world)

    assert contents(body) == ["kept"]


def test_a_service_sees_its_texts_as_long_as_it_keeps_them(world):
    service = world.rows["S_READ"]
    set_retention(service, "sms", 30, actor=None)
    with freeze_time("2026-04-01T12:00:00Z"):
        for content, day in (("kept", 2), ("gone", 1)):
            created_at = datetime(2026, 3, day, 23, 59, 59, tzinfo=UTC)
            InboundSmsFactory(service=service, content=content, created_at=created_at)
        body = listed(world)

    assert contents(body) == ["kept"]


def test_a_page_costs_one_query_and_going_on_costs_two(
    received, settings, django_assert_num_queries
):
    settings.READ_MODEL_SECONDS = 60
    listed(received)  # remembers the service

    with django_assert_num_queries(1):
        listed(received)
    with django_assert_num_queries(2):
        listed(received, f"{URL}?older_than={{I_NEW}}")


def test_the_database_never_sees_what_was_written(received):
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM inbound_sms")
        stored = {row[0] for row in cursor.fetchall()}

    assert stored.isdisjoint({"one", "two"})


def test_a_text_that_a_provider_repeats_is_stored_once(db):
    InboundSmsFactory(provider_reference="abc")
    InboundSmsFactory(provider_reference="abc", provider="firetext")
    InboundSmsFactory.create_batch(2, provider_reference=None)

    with pytest.raises(IntegrityError, match="uq_inbound_sms_reference"), transaction.atomic():
        InboundSmsFactory(provider_reference="abc")


def test_an_unknown_id_is_not_a_path(world):
    assert world.get(f"{URL}/{uuid.uuid4()}").status_code == 404
