import pytest
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format

from notifications.spreadsheets.formats.cell_text import (
    BUILT_IN_KINDS,
    NumberKind,
    iso_date_text,
    kind_of_format,
    number_text,
)


def kind_by_another_reader(code):
    if is_timedelta_format(code):
        return NumberKind.DURATION
    return NumberKind.DATE if is_date_format(code) else NumberKind.PLAIN


@pytest.mark.parametrize("number", BUILTIN_FORMATS)
def test_formats_that_files_do_not_describe_are_known(number):
    code = BUILTIN_FORMATS[number]

    assert BUILT_IN_KINDS.get(number, NumberKind.PLAIN) is kind_by_another_reader(code)


@pytest.mark.parametrize(
    "code",
    [
        "General",
        "0.00",
        "#,##0.00",
        "dd/mm/yyyy",
        "yyyy-mm-dd hh:mm:ss",
        "[$-809]dd mmmm yyyy",
        "[h]:mm:ss",
        "[mm]:ss",
        "[Red]0.00",
        '"days "0',
        '0" hours"',
        r"0\d",
        "0_d",
        "0;dd/mm/yyyy",
        "@",
        "h:mm AM/PM",
        "[$£-809]#,##0.00",
    ],
)
def test_formats_are_told_apart_like_another_reader_does(code):
    assert kind_of_format(code) is kind_by_another_reader(code)


def test_a_format_without_end_takes_no_time():
    assert kind_of_format("[" * 500_000) is NumberKind.PLAIN


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param(0.0, "0", id="nothing"),
        pytest.param(1e14, "100000000000000", id="exact"),
        pytest.param(1e15, "1000000000000000.0", id="not exact"),
    ],
)
def test_a_whole_number_has_no_point_as_long_as_it_is_exact(value, text):
    assert number_text(value) == text


@pytest.mark.parametrize(
    ("serial", "text"),
    [
        pytest.param(0, "00:00:00", id="midnight"),
        pytest.param(0.999999, "23:59:59", id="last moment of a time"),
        pytest.param(1, "1900-01-01 00:00:00", id="first day"),
        pytest.param(59, "1900-02-28 00:00:00", id="last before the day there never was"),
        pytest.param(61, "1900-03-01 00:00:00", id="first after it"),
        pytest.param(2_958_465.5, "9999-12-31 12:00:00", id="last day"),
    ],
)
def test_a_date_is_counted_in_days(serial, text):
    assert number_text(serial, NumberKind.DATE) == text


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("2026-01-05", "2026-01-05 00:00:00"),
        ("2026-01-05T09:30:00Z", "2026-01-05 09:30:00"),
        ("2026-01-05T09:30:00.999", "2026-01-05 09:30:00"),
        ("09:30:00", "09:30:00"),
    ],
)
def test_a_written_date_is_put_into_the_same_form(given, text):
    assert iso_date_text(given) == text
