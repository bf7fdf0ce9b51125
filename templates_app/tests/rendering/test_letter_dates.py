from datetime import UTC, date, datetime

import pytest

from notify_project.clock import london_day
from templates_app.rendering.letter_dates import printed_date
from templates_app.tests.rendering.tables import cases

WELSH_MONTHS = [
    "Ionawr",
    "Chwefror",
    "Mawrth",
    "Ebrill",
    "Mai",
    "Mehefin",
    "Gorffennaf",
    "Awst",
    "Medi",
    "Hydref",
    "Tachwedd",
    "Rhagfyr",
]


@pytest.mark.parametrize("row", cases("printed_dates"))
def test_a_letter_bears_the_london_day_of_its_creation(row):
    created_at = datetime.fromisoformat(row["created_at"]).replace(tzinfo=UTC)

    assert printed_date(london_day(created_at), row["language"]) == row["printed"]


@pytest.mark.parametrize(("number", "name"), list(enumerate(WELSH_MONTHS, 1)), ids=WELSH_MONTHS)
def test_every_month_has_its_welsh_name(number, name):
    assert printed_date(date(2026, number, 1), "welsh") == f"1 {name} 2026"


def test_english_is_usual():
    assert printed_date(date(2026, 1, 5)) == "5 January 2026"
