"""What a query of the management API names: days, a year, numbers, words, ids."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from uuid import UUID

from notify_project import clock
from notify_project.api.errors import BadRequest

NO_YEAR = "No valid year provided"
# Nothing was sent before, and calendars end soon after.
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2999, 12, 31)
_WORD = re.compile(r"[a-z-]{1,20}")


def year_of_query(query: Mapping[str, str], name: str = "year") -> int:
    """Return the financial year of a query.

    Raises:
        BadRequest: it is missing or not an integer.
    """
    try:
        return int(query[name])
    except (KeyError, ValueError):
        raise BadRequest(NO_YEAR) from None


def year_with_figures(query: Mapping[str, str]) -> int:
    """Return the financial year of a query, one that has begun.

    Raises:
        BadRequest: it is missing, not an integer, or no year of which there can be figures.
    """
    year, newest = year_of_query(query), clock.financial_year(clock.london_today())
    if not FIRST_DAY.year <= year <= newest:
        raise BadRequest(f"The year must be between {FIRST_DAY.year} and {newest}")
    return year


def day_of(query: Mapping[str, str], name: str) -> date:
    """Return a day of a query.

    Raises:
        BadRequest: it is missing or not a day.
    """
    text = query.get(name, "")
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise BadRequest(f"{name} must be a date in the format YYYY-MM-DD")
    if not FIRST_DAY <= day <= LAST_DAY:
        raise BadRequest(f"{name} must be between {FIRST_DAY} and {LAST_DAY}")
    return day


def days_of(query: Mapping[str, str]) -> tuple[date, date]:
    """Return ``start_date`` and ``end_date`` of a query.

    Raises:
        BadRequest: one is missing or not a day, or they are the wrong way round.
    """
    first, last = day_of(query, "start_date"), day_of(query, "end_date")
    if last < first:
        raise BadRequest("Start date must be before end date")
    return first, last


def word_of(query: Mapping[str, str], name: str) -> str | None:
    """Return a word of a query, if it is there.

    Raises:
        BadRequest: it is none.
    """
    if name in query and not _WORD.fullmatch(query[name]):
        raise BadRequest(f"{name} must be a word such as second")
    return query.get(name)


def id_of(query: Mapping[str, str], name: str) -> UUID | None:
    """Return an id of a query, if it is there.

    Raises:
        BadRequest: it is none.
    """
    if name not in query:
        return None
    try:
        return UUID(query[name])
    except ValueError:
        raise BadRequest(f"{name} is not a valid UUID") from None


def pounds_of(text: object, name: str) -> Decimal:
    """Return an amount that was given as a text or as a whole number; floats are not exact.

    Raises:
        BadRequest: it is none.
    """
    if isinstance(text, str) or (isinstance(text, int) and not isinstance(text, bool)):
        try:
            pounds = Decimal(text)
        except InvalidOperation:
            pounds = Decimal("NaN")
        if pounds.is_finite():
            return pounds
    raise BadRequest(f'{name} must be an amount in pounds, as a text such as "12.50"')
