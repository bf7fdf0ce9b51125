import re

import pytest
from django.db import connection
from django.test import Client

from notifications.tests.factories import NotificationFactory
from notify_project import clock, metrics
from notify_project.schedule.loop import Scheduler

TOKEN = {"authorization": "Bearer let-me-see"}


@pytest.fixture
def _allowed(settings):
    settings.METRICS_TOKEN = "let-me-see"


def page():
    response = Client().get("/metrics", headers=TOKEN)
    assert response.status_code == 200
    assert response["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    return response.content.decode()


def test_without_a_token_in_the_settings_there_is_no_such_page(db):
    assert Client().get("/metrics", headers=TOKEN).status_code == 404


@pytest.mark.usefixtures("_allowed")
@pytest.mark.parametrize(
    "given",
    [{}, {"authorization": "Bearer wrong"}, {"authorization": "let-me-see"}],
    ids=["none", "wrong", "no-scheme"],
)
def test_the_token_is_wanted(given):
    response = Client().get("/metrics", headers=given)

    assert (response.status_code, response["WWW-Authenticate"]) == (401, "Bearer")
    assert response.content == b""


@pytest.mark.usefixtures("_allowed")
def test_it_only_reads():
    assert Client().post("/metrics", headers=TOKEN).status_code == 405


@pytest.mark.redis
@pytest.mark.django_db
@pytest.mark.usefixtures("_allowed")
def test_gauges_and_counts_of_all_processes_are_on_one_page(redis, recorded_tasks):
    NotificationFactory(created_at=clock.now())
    Client().get("/_status?simple=1")

    text = page()

    assert 'notify_lane_waiting{lane="normal"} 1\n' in text
    assert 'notify_queue_tasks{queue="receipts"} 0\n' in text
    assert re.search(
        r'^notify_request_seconds_count\{method="GET",view="status",status="200"\} [1-9]',
        text,
        re.MULTILINE,
    )
    for part, value in (("database", 1), ("redis", 1), ("scheduler", 0)):
        assert f'notify_up{{part="{part}"}} {value}\n' in text


@pytest.mark.redis
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_allowed")
def test_a_scheduler_is_seen(redis, recorded_tasks):
    scheduler = Scheduler()
    scheduler.turn()

    assert 'notify_up{part="scheduler"} 1\n' in page()


@pytest.mark.redis
@pytest.mark.usefixtures("_allowed", "no_database")
def test_without_the_database_it_shows_the_rest(redis):
    text = page()

    assert 'notify_up{part="database"} 0\n' in text
    assert 'notify_up{part="redis"} 1\n' in text
    assert "notify_lane_waiting{" not in text
    assert "# TYPE notify_lane_waiting gauge\n" in text


@pytest.fixture
def _busy(transactional_db):
    """Let somebody hold a table for longer than a statement waits."""
    other = connection.copy()
    with connection.cursor() as cursor, other.cursor() as holding:
        cursor.execute("SET lock_timeout = '50ms'")
        other.set_autocommit(False)
        holding.execute("LOCK TABLE callback_deliveries IN ACCESS EXCLUSIVE MODE")
        yield
        other.rollback()
    other.close()
    connection.close()


@pytest.mark.redis
@pytest.mark.usefixtures("_allowed", "_busy")
def test_a_database_that_takes_too_long_is_as_good_as_away(redis):
    assert 'notify_up{part="database"} 0\n' in page()


@pytest.mark.django_db
@pytest.mark.usefixtures("_allowed")
def test_without_redis_it_shows_the_rest():
    text = page()

    assert 'notify_up{part="redis"} 0\n' in text
    assert 'notify_up{part="scheduler"}' not in text
    assert 'notify_lane_waiting{lane="normal"} 0\n' in text


@pytest.mark.redis
@pytest.mark.django_db
@pytest.mark.usefixtures("_allowed")
def test_nothing_personal_is_on_it(redis):
    NotificationFactory(
        created_at=clock.now(), to="07700900123", client_reference="secret-reference"
    )
    Client().get("/v2/notifications/07700900123?reference=secret-reference")
    Client().get("/nowhere/07700900123")

    text = page()

    assert "07700900123" not in text
    assert "secret-reference" not in text


@pytest.fixture(autouse=True)
def _nothing_counted():
    metrics.take()
