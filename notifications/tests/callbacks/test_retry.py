from datetime import UTC, datetime, timedelta

import pytest
from freezegun import freeze_time
from werkzeug import Response

from notifications.callbacks.retry import next_attempt
from notifications.callbacks.send import send

NOON = datetime(2026, 6, 10, 12, 0, tzinfo=UTC)
THREE_DAYS = 3 * 86_400


def delays():
    """Return the seconds between all attempts."""
    found = []
    while again := next_attempt(len(found) + 1, None, NOON):
        found.append((again - NOON).total_seconds())
    return found


def test_without_a_tail_there_are_five_retries_five_minutes_apart():
    assert delays() == [300] * 5


def test_a_tail_grows_to_six_hours_and_ends_after_three_days(settings):
    settings.CALLBACK_TAIL_SECONDS = THREE_DAYS

    found = delays()

    assert found[:5] == [300] * 5
    least = [600 * 2**number for number in range(6)]
    assert all(low <= delay <= 1.25 * low for low, delay in zip(least, found[5:11], strict=True))
    assert all(21_600 <= delay <= 1.25 * 21_600 for delay in found[11:])
    assert THREE_DAYS - 21_600 <= sum(found) <= 1.25 * THREE_DAYS


def test_what_failed_together_does_not_come_back_together(settings):
    settings.CALLBACK_TAIL_SECONDS = THREE_DAYS

    assert len({next_attempt(6, None, NOON) for _ in range(20)}) > 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("code", "asked", "seconds"),
    [
        pytest.param(503, "1200", 1200, id="seconds"),
        pytest.param(429, "Wed, 10 Jun 2026 12:10:00 GMT", 600, id="date"),
        pytest.param(503, "10", 300, id="sooner than promised"),
        pytest.param(503, "86400", 3600, id="too long"),
        pytest.param(503, "9" * 500, 3600, id="far too long"),
        pytest.param(503, "Wed, 10 Jun 2020 12:10:00 GMT", 300, id="past"),
        pytest.param(503, "Wed, 10 Jun 2026 12:10:00", 300, id="no zone"),
        pytest.param(503, "soon", 300, id="nonsense"),
        pytest.param(503, "-5", 300, id="negative"),
    ],
)
def test_a_service_may_ask_to_be_left_alone_for_up_to_an_hour(listener, code, asked, seconds):
    listener.answers["/told"] = Response(status=code, headers={"Retry-After": asked})
    row = listener.waiting(created_at=NOON)

    with freeze_time(NOON):
        send()

    row.refresh_from_db()
    assert row.next_attempt_at == NOON + timedelta(seconds=seconds)


@pytest.mark.django_db(transaction=True)
def test_nobody_who_refuses_for_good_is_called_again_because_of_a_header(listener):
    listener.answers["/told"] = Response(status=404, headers={"Retry-After": "5"})
    row = listener.waiting()

    send()

    row.refresh_from_db()
    assert (row.state, row.next_attempt_at) == ("given-up", None)
