"""When a hash of counters can be believed."""

import uuid
from datetime import date

import pytest

from notifications.statistics.usage_counters import combine, trusted_counts, usage_key

SERVICE, TEMPLATE = (uuid.UUID(int=n, version=4) for n in (0xA, 0xB))
FIELD = str(TEMPLATE).encode()
GENERATION = combine(b"generation", "run-id")
MARKER = {b"~complete": GENERATION.encode()}


def test_the_key_names_service_and_day():
    key = usage_key(SERVICE, date(2026, 6, 10))

    assert key == f"service-{SERVICE}-template-usage-2026-06-10"


def test_a_complete_hash_is_believed():
    assert trusted_counts({FIELD: b"3", **MARKER}, GENERATION) == {TEMPLATE: 3}


def test_a_complete_hash_without_counts_means_that_nothing_was_sent():
    assert trusted_counts(MARKER, GENERATION) == {}


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {FIELD: b"3"},
        {FIELD: b"3", b"~complete": b"generation:another-run"},
        {FIELD: b"3", b"~complete": b"another:run-id"},
        {FIELD: b"three", **MARKER},
        {FIELD: b"-3", **MARKER},
        {FIELD: b"1.5", **MARKER},
        {FIELD: b"", **MARKER},
        {b"not-a-template": b"3", **MARKER},
        {b"\xff": b"3", **MARKER},
        {FIELD.upper(): b"3", **MARKER},
    ],
)
def test_any_other_hash_is_not_believed(fields):
    assert trusted_counts(fields, GENERATION) is None
