from datetime import UTC, datetime

import pytest

from notifications.letters.estimated_delivery import estimated_delivery


@pytest.mark.parametrize(
    ("created_at", "postage", "expected"),
    [
        # Monday 15 January 2024, GMT: printed on Tuesday.
        ("2024-01-15T12:00:07.5", "first", "2024-01-17T16:00:07.5"),
        ("2024-01-15T12:00:00", "second", "2024-01-23T16:00:00"),
        ("2024-01-15T12:00:00", "economy", "2024-01-25T16:00:00"),
        ("2024-01-15T12:00:00", "europe", "2024-01-24T16:00:00"),
        ("2024-01-15T12:00:00", "rest-of-world", "2024-01-26T16:00:00"),
        # From 17:30 on it belongs to the next day.
        ("2024-01-15T17:29:59", "first", "2024-01-17T16:00:59"),
        ("2024-01-15T17:30:00", "first", "2024-01-18T16:00:00"),
        # Thursday: printed on Friday, first class arrives on Saturday.
        ("2024-01-18T12:00:00", "first", "2024-01-20T16:00:00"),
        # Friday: printed on Monday.
        ("2024-01-19T12:00:00", "first", "2024-01-23T16:00:00"),
        # Summer: 16:00 in London is 15:00 in UTC.
        ("2024-07-15T12:00:00", "first", "2024-07-17T15:00:00"),
    ],
)
def test_a_letter_should_arrive_by_then(created_at, postage, expected):
    created = datetime.fromisoformat(created_at).replace(tzinfo=UTC)

    found = estimated_delivery(created, postage)

    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)
