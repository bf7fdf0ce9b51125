from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notify_project.recipients.countries import Country, Zone, find_country
from notify_project.tests.examples import cases, examples

NAMES = Path(__file__).parents[2] / "recipients/country_names.txt"
LINES = [
    line for line in NAMES.read_text().splitlines() if line and not line.startswith(("#", "["))
]


@pytest.mark.parametrize("row", cases(__file__, "countries"))
def test_a_line_names_a_country_or_none(row):
    found = find_country(row["line"])

    assert (found.name if found else None) == row["country"]
    assert (found.zone if found else None) == row["zone"]


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.partition(":")[0])
def test_every_name_of_a_country_leads_to_its_printed_one_and_to_no_other(line):
    printed, _, others = line.partition(":")

    for name in (printed, *others.split(";")):
        if name:
            assert find_country(name).name == find_country(name.upper()).name == printed


def test_all_published_countries_are_known_in_their_zones():
    published = [
        Country(row["name"], Zone(row["zone"])) for row in examples(__file__, "printed_countries")
    ]

    assert [find_country(country.name) for country in published] == published
    assert len(published) == len(LINES) == 276


@pytest.mark.parametrize(
    "name",
    [
        "England",
        "Scotland",
        "Wales",
        "Northern Ireland",
        "Great Britain",
        "Alderney",
        "Brecqhou",
        "Guernsey",
        "Herm",
        "Isle of Man",
        "Jersey",
        "Jethou",
        "Sark",
        "Channel Islands",
    ],
)
def test_the_parts_of_the_united_kingdom_and_the_islands_are_not_abroad(name):
    assert find_country(name) == Country("United Kingdom", Zone.UNITED_KINGDOM)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("The Netherlands", "Netherlands"),
        ("Côte d\u2019Ivoire", "Ivory Coast"),
        ("COTE D'IVOIRE", "Ivory Coast"),
        ("Alban", "United Kingdom"),
        ("Deyrnas Unedig", "United Kingdom"),
        ("trinidad + tobago", "Trinidad and Tobago"),
        ("guinea bissau", "Guinea-Bissau"),
        ("Reunion", "Réunion"),
        ("Россия", "Russia"),
        ("East Germany", "Germany"),
        ("Czechoslovakia", "Czechia"),
        ("West Germany", "Germany"),
        ("Almaen", "Germany"),
        ("Swistir", "Switzerland"),
        ("the gambia", "The Gambia"),
        ("Schwiiz", "Switzerland"),
        ("O\u02bbzbekiston", "Uzbekistan"),
        ("ශ්රී ලංකාව", "Sri Lanka"),
    ],
)
def test_spellings_are_compared_without_what_people_write_differently(line, name):
    assert find_country(line).name == name


@pytest.mark.parametrize(
    "line", ["Yugoslavia", "France 1", "France\u0661", "\u0301", "the", "y", "x" * 1_000_000, "  "]
)
def test_what_is_no_name_of_a_country_is_not_found(line):
    assert find_country(line) is None


@given(st.text())
def test_any_text_can_be_looked_up(text):
    found = find_country(text)

    assert found is None or find_country(found.name) == found
