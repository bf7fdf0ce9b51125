from datetime import UTC, datetime, timedelta
from math import inf

import pytest

from notifications.delivery.deliver import HAND_OVER
from notify_project import metrics
from notify_project.monitoring.handover import percentile, take_a_look, waited_lately

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _nothing_counted(redis):
    metrics.take()


def hand_over(count, seconds, lane="normal"):
    for _ in range(count):
        HAND_OVER.observe(seconds, lane, "sms")
    metrics.flush()


def normal(now):
    lanes, since = waited_lately(now)
    return next(lane for lane in lanes if lane.lane == "normal"), since


def test_only_what_was_handed_over_within_the_hour_counts():
    hand_over(1000, 200)
    take_a_look(NOW - 90 * MINUTE)
    hand_over(10, 200)
    take_a_look(NOW - 55 * MINUTE)
    hand_over(100, 0.3)
    take_a_look(NOW - 5 * MINUTE)

    waited, since = normal(NOW)

    assert (waited.messages, since) == (100, NOW - 55 * MINUTE)
    assert waited.seconds == pytest.approx((0.3, 0.48, 0.496))


def test_without_an_earlier_look_everything_counts_that_was_ever_counted():
    hand_over(3, 0.3)

    waited, since = normal(NOW)

    assert (waited.messages, since) == (3, None)


def test_counters_that_began_anew_are_taken_as_they_are(redis):
    hand_over(1000, 200)
    take_a_look(NOW - 30 * MINUTE)
    redis.delete(metrics.KEY)
    hand_over(7, 0.3)

    assert normal(NOW)[0].messages == 7


def test_looks_do_not_pile_up(redis):
    for minute in range(30):
        take_a_look(NOW + minute * MINUTE)

    assert redis.llen("handover-looks") == 13


@pytest.mark.parametrize(
    ("counts", "share", "seconds"),
    [
        ({1.0: 0, 2.0: 0, inf: 0}, 95, 0.0),
        ({1.0: 100, 2.0: 0, inf: 0}, 50, 0.5),
        ({1.0: 50, 2.0: 50, inf: 0}, 50, 1.0),
        ({1.0: 50, 2.0: 50, inf: 0}, 99, 1.98),
        ({1.0: 90, 2.0: 0, inf: 10}, 95, None),
    ],
)
def test_a_share_of_the_durations_is_read_between_the_bounds(counts, share, seconds):
    assert percentile(counts, share) == seconds
