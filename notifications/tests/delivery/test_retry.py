from datetime import UTC, datetime, timedelta

import pytest

from notifications.delivery.retry import after_throttling, next_attempt_at

NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "attempt", "is_unknown", "seconds"),
    [
        ("sms", 1, False, 0),
        ("sms", 1, True, 60),
        ("sms", 2, False, 300),
        ("sms", 48, True, 300),
        ("sms", 49, False, None),
        ("email", 1, False, 300),
        ("email", 1, True, 300),
        ("email", 48, False, 300),
        ("email", 49, False, None),
    ],
)
def test_attempts_follow_the_schedule(kind, attempt, is_unknown, seconds):
    again = next_attempt_at(kind, attempt, NOW, is_unknown=is_unknown)

    assert again == (None if seconds is None else NOW + timedelta(seconds=seconds))


def test_a_throttled_message_waits_five_to_thirty_seconds_for_four_hours_at_most():
    fresh = after_throttling(NOW - timedelta(hours=3), NOW)
    stale = after_throttling(NOW - timedelta(hours=5), NOW)

    assert timedelta(seconds=5) <= fresh - NOW <= timedelta(seconds=30)
    assert stale is None
