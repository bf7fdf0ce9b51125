import uuid

import pytest

from notify_project import clock
from notify_project.tests.at_once import at_once
from services.day_counters import day_counter
from services.job_limits import remaining_today, reserve
from services.read_models import find_service
from services.tests.factories import ServiceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def service():
    return find_service(ServiceFactory(sms_message_limit=10, international_sms_message_limit=1).id)


def key(service, word="sms"):
    return day_counter(service.id, word, clock.now())


def take(service, rows, job_id=None, international=0):
    return reserve(service, job_id or uuid.uuid4(), "sms", rows=rows, international=international)


@pytest.mark.redis
def test_all_rows_are_counted_or_none(service, redis):
    assert take(service, 7)
    assert not take(service, 4)
    assert take(service, 3)

    assert redis.get(key(service)) == b"10"
    assert remaining_today(service, "sms") == 0


@pytest.mark.redis
def test_a_job_is_counted_once_however_often_it_begins(service, redis):
    job_id = uuid.uuid4()

    assert [take(service, 7, job_id) for _ in range(3)] == [True] * 3

    assert redis.get(key(service)) == b"7"


@pytest.mark.redis
def test_one_limit_that_would_be_passed_leaves_the_other_as_it_is(service, redis):
    assert not take(service, 2, international=2)

    assert {int(redis.get(each)) for each in redis.keys("daily-limit-*")} == {0}


@pytest.mark.redis
def test_no_counter_is_without_an_end(service, redis):
    redis.set(key(service), 1)

    take(service, 2, international=1)

    assert {0 < redis.ttl(each) <= 86_400 for each in redis.keys("*")} == {True}


@pytest.mark.redis
def test_the_end_of_a_counter_stays_where_it_is(service, redis):
    redis.set(key(service), 1, ex=100)

    take(service, 2)

    assert 90 < redis.ttl(key(service)) <= 100


@pytest.mark.redis
def test_jobs_that_begin_at_once_do_not_share_what_is_left(service, redis):
    granted = []

    at_once(*[lambda: granted.append(take(service, 3))] * 8)

    assert (sum(granted), redis.get(key(service))) == (3, b"9")


@pytest.mark.redis
def test_a_counter_that_is_no_number_refuses_nothing_and_is_reported(service, redis, caplog):
    redis.set(key(service), "many")

    assert take(service, 99)
    assert remaining_today(service, "sms") is None
    assert "cannot be read: a counter is no number" in caplog.text


def test_without_redis_nothing_is_refused_and_that_is_logged(service, caplog):
    assert take(service, 99)
    assert remaining_today(service, "sms") is None
    assert "are not enforced for a job" in caplog.text
