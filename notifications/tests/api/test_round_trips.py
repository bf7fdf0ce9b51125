"""What accepting a message costs once service and template are remembered."""

import pytest

from notify_project import queues


@pytest.fixture
def warm(world, settings):
    """Remember the service and its templates, and let the lanes be awake."""
    settings.READ_MODEL_SECONDS = 60
    for kind in ("sms", "email"):
        for key in ("K_LIVE", "K_LIVE_TEST"):
            assert world.send(kind, key).status_code == 201
    return world


@pytest.mark.parametrize("kind", ["sms", "email"])
@pytest.mark.parametrize("key", ["K_LIVE", "K_LIVE_TEST"])
def test_a_message_costs_one_statement_and_two_round_trips(
    warm, round_trips, django_assert_num_queries, kind, key
):
    with django_assert_num_queries(1):
        assert warm.send(kind, key).status_code == 201

    assert len(round_trips) == 2


def test_waking_a_lane_costs_one_enqueue_more(
    warm, redis, round_trips, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(queues, "intercept", None)
    for _ in range(2):  # the first asks for the server's version, once in a process
        redis.delete(*redis.scan_iter("lane-*"))
        round_trips.clear()
        with django_capture_on_commit_callbacks(execute=True):
            assert warm.send("sms").status_code == 201

    assert len(round_trips) == 3
    assert redis.llen("rq:queue:normal") == 2


def test_a_simulated_message_costs_no_statement(warm, round_trips, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert warm.send("sms", phone_number="07700900000").status_code == 201

    # The second gives the unit of the day back.
    assert len(round_trips) == 2


def test_a_refusal_by_schema_costs_no_statement(warm, round_trips, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert warm.send("sms", phone_number="abc").status_code == 400

    # The second gives the unit of the day back.
    assert len(round_trips) == 2
