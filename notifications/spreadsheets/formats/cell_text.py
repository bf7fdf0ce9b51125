"""Write the values of cells as CSV text has them: numbers, dates, times."""

import math
import re
from datetime import UTC, date, datetime, timedelta
from enum import Enum

from notifications.spreadsheets.refusals import UNREADABLE_VALUES, FileRefused

# Beyond this many a number's digits are not exact, and it is written with an exponent.
_EXACT_BELOW = 1e15
_SECONDS_PER_DAY = 86_400
# Source: ECMA-376 part 1, 18.17.4.1: days since an epoch, the last one being 31 December 9999.
EPOCH_1900 = datetime(1899, 12, 30, tzinfo=UTC)
EPOCH_1904 = datetime(1904, 1, 1, tzinfo=UTC)
_DAYS = 2_958_466
# The first epoch counts a 29 February 1900, which there never was.
_FALSE_LEAP_DAY = 60

# More than any program writes: bounds the time that matching takes.
_MAX_FORMAT_CHARACTERS = 255
_NOT_LETTERS_OF_A_DATE = re.compile(r'"[^"]*"|\[(?!h+\]|m+\]|s+\])[^\]]*\]|[\\_*].', re.IGNORECASE)
_is_date = re.compile(r"[dmyhs]", re.IGNORECASE).search
_is_duration = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE).search
_iso_duration = re.compile(
    r"(-?)P(?=.*\d)(?:(\d{1,6})D)?"
    r"(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})(?:[.,]\d{1,9})?S)?)?",
    re.ASCII,
).fullmatch


class NumberKind(Enum):
    """What the format of a cell makes of its number."""

    PLAIN = "plain"
    DATE = "date"
    DURATION = "duration"


# Source: ECMA-376 part 1, 18.8.30: what files need not say about formats 0 to 49.
BUILT_IN_KINDS = {
    **dict.fromkeys((*range(14, 23), 45, 47), NumberKind.DATE),
    46: NumberKind.DURATION,
}


def kind_of_format(code: str) -> NumberKind:
    """Return what a format such as ``dd/mm/yyyy`` makes of a number."""
    first = _NOT_LETTERS_OF_A_DATE.sub("", code[:_MAX_FORMAT_CHARACTERS]).partition(";")[0]
    if _is_duration(first):
        return NumberKind.DURATION
    return NumberKind.DATE if _is_date(first) else NumberKind.PLAIN


def digits_text(
    text: str, kind: NumberKind = NumberKind.PLAIN, epoch: datetime = EPOCH_1900
) -> str:
    """Return a number that a file holds as text.

    Raises:
        FileRefused: it is no number, or not one of a date.
    """
    if kind is NumberKind.PLAIN and text.isdecimal() and text.isascii():
        return text
    if "_" in text or not text.isascii():  # which Python reads, but no spreadsheet writes
        raise FileRefused(UNREADABLE_VALUES)
    try:
        value = float(text)
    except ValueError as error:
        raise FileRefused(UNREADABLE_VALUES) from error
    return number_text(value, kind, epoch)


def number_text(
    value: float, kind: NumberKind = NumberKind.PLAIN, epoch: datetime = EPOCH_1900
) -> str:
    """Return a number, or the date, time or duration that its format makes of it.

    Raises:
        FileRefused: there is no such number or date.
    """
    if not math.isfinite(value):
        raise FileRefused(UNREADABLE_VALUES)
    if kind is NumberKind.PLAIN:
        is_whole = value.is_integer() and abs(value) < _EXACT_BELOW
        return str(int(value)) if is_whole else repr(value)
    if not 0 <= value < _DAYS:
        raise FileRefused(UNREADABLE_VALUES)
    seconds = round(value * _SECONDS_PER_DAY)
    if kind is NumberKind.DURATION:
        return _clock_text(seconds)
    if value < 1:
        return _clock_text(min(seconds, _SECONDS_PER_DAY - 1))
    if seconds < _FALSE_LEAP_DAY * _SECONDS_PER_DAY and epoch is EPOCH_1900:
        seconds += _SECONDS_PER_DAY
    try:
        return _moment_text(epoch + timedelta(seconds=seconds))
    except OverflowError as error:
        raise FileRefused(UNREADABLE_VALUES) from error


def iso_date_text(text: str) -> str:
    """Return a date, a time, or both, that a file holds in the form of ISO 8601.

    Raises:
        FileRefused: there is no such date.
    """
    try:
        if text[2:3] == ":":
            return f"{datetime.fromisoformat(f'2000-01-01T{text}'):%H:%M:%S}"
        return _moment_text(datetime.fromisoformat(text))
    except ValueError as error:
        raise FileRefused(UNREADABLE_VALUES) from error


def iso_duration_text(text: str) -> str:
    """Return a time that a file holds like ``PT09H30M00S``.

    Raises:
        FileRefused: it does not.
    """
    match = _iso_duration(text)
    if match is None:
        raise FileRefused(UNREADABLE_VALUES)
    sign, *numbers = match.groups(default="0")
    days, hours, minutes, seconds = map(int, numbers)
    text = _clock_text(((days * 24 + hours) * 60 + minutes) * 60 + seconds)
    return f"-{text}" if sign == "-" else text


def _moment_text(moment: datetime) -> str:
    return f"{date.isoformat(moment)} {moment:%H:%M:%S}"


def _clock_text(seconds: int) -> str:
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}"
