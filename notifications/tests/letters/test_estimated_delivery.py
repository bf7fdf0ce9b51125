from datetime import UTC, datetime

import pytest

from notifications.letters.estimated_delivery import estimated_delivery, letter_dates
from notify_project.tests.examples import cases


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize("row", cases(__file__, "dates"))
def test_a_letter_is_printed_and_arrives_on_the_promised_days(row):
    created_at = utc(row["created_at"])

    dates = letter_dates(created_at, row["postage"])

    assert dates.printed_by == utc(row["printed_by"])
    assert dates.earliest_delivery == utc(row["earliest"])
    assert dates.latest_delivery == utc(row["latest"])
    assert estimated_delivery(created_at, row["postage"]).replace(second=0) == utc(row["latest"])


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
        # In summer that is 16:30 in UTC, also on the Sunday on which the clocks went forward.
        ("2024-07-15T16:29:59", "first", "2024-07-17T15:00:59"),
        ("2024-07-15T16:30:00", "first", "2024-07-18T15:00:00"),
        ("2026-03-29T16:29:59", "first", "2026-03-31T15:00:59"),
        ("2026-03-29T16:30:00", "first", "2026-04-01T15:00:00"),
        # And no more on the one on which they went back.
        ("2026-10-25T17:29:59", "first", "2026-10-27T16:00:59"),
        ("2026-10-25T17:30:00", "first", "2026-10-28T16:00:00"),
        # A Friday's evening makes no difference, a Sunday's does.
        ("2024-01-19T17:29:59", "first", "2024-01-23T16:00:59"),
        ("2024-01-19T17:30:00", "first", "2024-01-23T16:00:00"),
        ("2024-01-21T17:29:59", "first", "2024-01-23T16:00:59"),
        ("2024-01-21T17:30:00", "first", "2024-01-24T16:00:00"),
        # Thursday: printed on Friday, first class arrives on Saturday.
        ("2024-01-18T12:00:00", "first", "2024-01-20T16:00:00"),
        # Friday: printed on Monday.
        ("2024-01-19T12:00:00", "first", "2024-01-23T16:00:00"),
        # Summer: 16:00 in London is 15:00 in UTC.
        ("2024-07-15T12:00:00", "first", "2024-07-17T15:00:00"),
        # The clocks change between acceptance and delivery.
        ("2026-03-27T10:00:00", "first", "2026-03-31T15:00:00"),
        ("2026-10-23T10:00:00", "first", "2026-10-27T16:00:00"),
    ],
)
def test_a_letter_should_arrive_by_then(created_at, postage, expected):
    assert estimated_delivery(utc(created_at), postage) == utc(expected)


@pytest.mark.parametrize(
    ("created_at", "expected"),
    [
        # Good Friday and Easter Monday: printed on Thursday, or on Tuesday.
        ("2026-04-01T16:29:59", "2026-04-03T15:00:59"),
        ("2026-04-01T16:30:00", "2026-04-08T15:00:00"),
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
    assert estimated_delivery(utc(created_at), "first") == utc(expected)


def test_a_bank_holiday_does_not_stop_the_post():
    # Printed on the Thursday before Good Friday.
    created = datetime(2026, 4, 1, 10, tzinfo=UTC)

    assert estimated_delivery(created, "second") == datetime(2026, 4, 9, 15, tzinfo=UTC)
