"""The one clock, and London's calendar."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def now() -> datetime:
    """Return this instant, aware, in UTC."""
    return datetime.now(tz=UTC)


def london_day(instant: datetime) -> date:
    """Return the London calendar day of an aware instant."""
    return instant.astimezone(LONDON).date()


def london_today() -> date:
    """Return today in London."""
    return london_day(now())


def london_midnight(day: date) -> datetime:
    """Return the instant, in UTC, at which a London day begins."""
    return datetime.combine(day, time.min, tzinfo=LONDON).astimezone(UTC)


def london_day_bounds(day: date) -> tuple[datetime, datetime]:
    """Return a London day as a half-open interval of UTC instants: 23, 24 or 25 hours."""
    return london_midnight(day), london_midnight(day + timedelta(days=1))


def london_days_back(day: date, count: int) -> list[date]:
    """Return a day and the ``count`` calendar days before it, newest first."""
    return [day - timedelta(days=back) for back in range(count + 1)]


def financial_year(day: date) -> int:
    """Return the year in which the financial year of a London day began, on 1 April."""
    return day.year if (day.month, day.day) >= (4, 1) else day.year - 1


def financial_year_days(year: int) -> tuple[date, date]:
    """Return the first and the last London day of a financial year."""
    return date(year, 4, 1), date(year + 1, 3, 31)


def api_time(instant: datetime) -> str:
    """Write an instant as the API does: ``YYYY-MM-DDTHH:MM:SS.ffffffZ``."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def london_words(instant: datetime) -> str:
    """Write an instant for people: ``30 November 2026 at 14:32:05``, in London."""
    return f"{instant.astimezone(LONDON):%-d %B %Y at %H:%M:%S}"


def duration_words(length: timedelta) -> str:
    """Write how long something took for people, as exactly as anybody wants to know."""
    seconds = abs(length.total_seconds())
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 59.5:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest and minutes < 10 else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    word = "day" if days == 1 else "days"
    return f"{days} {word} {hours} h" if hours else f"{days} {word}"
