import re

import pytest
from django.utils.html import escape

from notify_project.admin.charts import HEIGHT, Series, bars, lines, top_of

HOSTILE = "<script>alert(1)</script>"


def test_bars_stand_on_each_other_and_fill_the_chart_to_their_sum():
    chart = bars("Sent", ["Mon"], [Series("texts", [30]), Series("emails", [20])])

    places = [
        (float(y), float(height))
        for y, height in re.findall(r'<rect [^>]*y="([\d.]+)"[^>]*height="([\d.]+)"', chart)
    ]
    assert top_of(50) == 50
    assert places == [(40, 60), (0, 40)]


def test_every_number_of_a_chart_is_in_a_title_and_in_a_table():
    chart = bars("Sent", ["Mon", "Tue"], [Series("texts", [1234, 0])])

    assert "<title>Mon, texts: 1,234</title>" in chart
    assert '<td class="px-3 py-1">1,234</td>' in chart
    assert '<td class="px-3 py-1">0</td>' in chart


def test_a_line_leaves_out_what_is_not_known():
    chart = lines("Errors", ["a", "b", "c"], [Series("share", [1.0, None, 0.0])])

    assert re.search(r'points="([^"]*)"', chart)[1] == f"0.5,0.0 2.5,{float(HEIGHT)}"


@pytest.mark.parametrize(
    ("most", "top"),
    [(0.5, 1), (1, 1), (3, 3), (7, 8), (11, 20), (23, 25), (1_000_001, 2e6)],
)
def test_an_axis_ends_at_a_round_number(most, top):
    assert top_of(most) == top


@pytest.mark.parametrize(
    ("most", "top"), [(1, 2), (3, 4), (5, 6), (7, 8), (9, 10), (23, 30), (42, 50), (1_000_001, 2e6)]
)
def test_the_middle_of_an_axis_of_whole_numbers_is_whole(most, top):
    assert top_of(most, is_whole=True) == top


def test_an_axis_of_messages_names_no_half_of_one():
    assert "<span>12.5</span>" not in bars("Sent", ["Mon"], [Series("texts", [25])])
    assert "<span>12.5</span>" in bars("Rate", ["Mon"], [Series("errors", [24.5])])


def test_names_in_a_chart_are_inert():
    chart = bars(HOSTILE, [HOSTILE, "b"], [Series(HOSTILE, [1, 2]), Series("other", [1, 2])])

    assert HOSTILE not in chart
    assert escape(HOSTILE) in chart


def test_a_chart_of_nothing_says_so():
    assert "nothing in this time" in bars("Sent", ["Mon"], [Series("texts", [0])])


@pytest.mark.parametrize("series", [[Series("a", [1, 2])], [Series("a", [1])] * 7])
def test_a_chart_refuses_what_does_not_fit_it(series):
    with pytest.raises(ValueError, match="do not fit"):
        bars("Sent", ["Mon"], series)


def test_labels_that_would_not_fit_are_left_out():
    chart = bars("Sent", [f"day {n}" for n in range(24)], [Series("texts", [1] * 24)])

    assert re.findall(r'left:[\d.]+%">([^<]*)<', chart) == [f"day {n}" for n in range(0, 24, 3)]
