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
        # The clocks change between acceptance and delivery.
        ("2026-03-27T10:00:00", "first", "2026-03-31T15:00:00"),
        ("2026-10-23T10:00:00", "first", "2026-10-27T16:00:00"),
        # The examples of the contract.
        ("2026-03-02T10:00:00", "first", "2026-03-04T16:00:00"),
        ("2026-03-02T17:31:00", "first", "2026-03-05T16:00:00"),
        ("2026-03-06T10:00:00", "second", "2026-03-16T16:00:00"),
        ("2026-03-06T10:00:00", "economy", "2026-03-18T16:00:00"),
        ("2026-03-02T10:00:00", "europe", "2026-03-11T16:00:00"),
        ("2026-03-02T10:00:00", "rest-of-world", "2026-03-13T16:00:00"),
    ],
)
def test_a_letter_should_arrive_by_then(created_at, postage, expected):
    created = datetime.fromisoformat(created_at).replace(tzinfo=UTC)

    found = estimated_delivery(created, postage)

    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("created_at", "expected"),
    [
        # Good Friday and Easter Monday: printed on Tuesday.
        ("2026-04-02T10:00:00", "2026-04-08T15:00:00"),
        # Christmas Day on a Friday, Boxing Day made up for on Monday.
        ("2026-12-24T10:00:00", "2026-12-30T16:00:00"),
        # New Year's Day.
        ("2025-12-31T10:00:00", "2026-01-03T16:00:00"),
        # The August holiday of England and Wales; Scotland's is on another day.
        ("2026-08-28T10:00:00", "2026-09-02T15:00:00"),
        ("2026-07-31T10:00:00", "2026-08-04T15:00:00"),
        # A day that was given once.
        ("2023-05-05T10:00:00", "2023-05-10T15:00:00"),
    ],
)
def test_no_letter_is_printed_on_a_bank_holiday(created_at, expected):
    created = datetime.fromisoformat(created_at).replace(tzinfo=UTC)

    found = estimated_delivery(created, "first")

    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_a_bank_holiday_does_not_stop_the_post():
    # Printed on the Thursday before Good Friday.
    created = datetime(2026, 4, 1, 10, tzinfo=UTC)

    assert estimated_delivery(created, "second") == datetime(2026, 4, 9, 15, tzinfo=UTC)
