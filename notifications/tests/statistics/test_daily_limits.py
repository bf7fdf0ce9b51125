"""What a daily limit begins with: the messages of the day that are stored."""

import uuid

import pytest
from freezegun import freeze_time

from notifications.tests.factories import NotificationFactory, NotificationHistoryFactory
from notify_project import clock
from notify_project.api.errors import TooManyRequests
from notify_project.constants import KeyType
from services.caller import Caller
from services.day_counters import INTERNATIONAL_SMS, day_counter, recount
from services.job_limits import remaining_today, reserve
from services.limits import peek, take
from services.read_models import KeyModel, find_service
from services.tests.factories import ServiceFactory

pytestmark = [pytest.mark.django_db, pytest.mark.redis]
KEY = KeyModel(uuid.UUID(int=1), "secret", KeyType.NORMAL, None)
JERSEY = {"international": True, "phone_prefix": "44"}
FRANCE = {"international": True, "phone_prefix": "33"}


@pytest.fixture(autouse=True)
def _in_summer():
    # In London it is the next day already.
    with freeze_time("2026-06-15T23:30:00Z"):
        yield


@pytest.fixture
def service():
    return find_service(
        ServiceFactory(
            sms_message_limit=10, email_message_limit=10, international_sms_message_limit=5
        ).id
    )


@pytest.fixture
def counter(redis, service):
    """Return a function that reads a counter."""
    return lambda word="sms": redis.get(day_counter(service.id, word, clock.now()))


def sent(service, count=1, at="2026-06-15T12:00:00Z", **columns):
    for _ in range(count):
        NotificationHistoryFactory(service_id=service.id, created_at=at, **columns)


def test_all_that_is_real_and_of_the_utc_day_counts(service):
    sent(service, at="2026-06-15T00:00:00Z", status="permanent-failure")
    sent(service, at="2026-06-15T23:29:59Z", key_type="team")
    sent(service, at="2026-06-14T23:59:59.999999Z")
    sent(service, at="2026-06-16T00:00:00Z")
    sent(service, status="cancelled")
    sent(service, notification_type="email")
    sent(find_service(ServiceFactory().id))
    NotificationFactory(service_id=service.id, is_real=False)

    assert [recount(service.id, word, clock.now()) for word in ("sms", "email", "letter")] == [
        *(2, 1, 0)
    ]


def test_texts_to_other_countries_count_apart_and_crown_dependencies_at_home(service):
    sent(service, 2, **FRANCE)
    sent(service, **JERSEY)
    sent(service)

    assert recount(service.id, INTERNATIONAL_SMS, clock.now()) == 2
    assert recount(service.id, "sms", clock.now()) == 4


def test_a_redis_that_lost_all_does_not_give_the_day_again(service, redis, counter):
    sent(service, 9)
    who = Caller(service, KEY)
    looked, first, second = peek(who, "sms"), take(who, "sms"), take(who, "sms")

    told = [each.headers["RateLimit-Remaining"] for each in (looked, first)]
    assert told == ["1", "0"]
    first.require_room()
    with pytest.raises(TooManyRequests, match=r"Exceeded send limits \(sms: 10\) for today"):
        second.require_room()
    assert counter() == b"10"
    first.give_back()
    assert counter() == b"9"


def test_neither_does_it_give_texts_abroad_again(service, counter):
    sent(service, 5, **FRANCE)

    with pytest.raises(TooManyRequests, match=r"international_sms: 5"):
        take(Caller(service, KEY), "sms").require_international()

    assert counter(INTERNATIONAL_SMS) == b"5"


def test_a_job_finds_what_is_left(service, counter):
    sent(service, 4, **FRANCE)
    assert (remaining_today(service, "sms"), remaining_today(service, INTERNATIONAL_SMS)) == (6, 1)
    assert counter() is None

    refused = reserve(service, uuid.uuid4(), "sms", rows=7, international=0)
    abroad = reserve(service, uuid.uuid4(), "sms", rows=2, international=2)
    granted = reserve(service, uuid.uuid4(), "sms", rows=6, international=1)

    assert (refused, abroad, granted) == (False, False, True)
    assert (counter(), counter(INTERNATIONAL_SMS)) == (b"10", b"5")


def test_a_counter_that_somebody_begins_meanwhile_is_kept(service, redis, counter):
    sent(service, 3)
    redis.set(day_counter(service.id, "sms", clock.now()), 8, ex=100)

    assert reserve(service, uuid.uuid4(), "sms", rows=1, international=1)

    assert (counter(), counter(INTERNATIONAL_SMS)) == (b"9", b"1")
