"""What providers did lately, for people who look after them."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Sum
from django.db.models.functions import TruncHour, TruncMinute

from notifications.models import ProviderDetails, ProviderFigures

MINUTES = timedelta(hours=1)
HOURS = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Period:
    """How the calls of one provider went in a minute or an hour.

    Attributes:
        at: when it began.
        calls: how many ended in it.
        errors: calls that surely handed nothing over.
        unknown: calls of which nobody knows.
        mean_seconds: how long a call took.
        share: part of all calls of the channel, from 0 to 1.
    """

    at: datetime
    calls: int
    errors: int
    unknown: int
    mean_seconds: float
    share: float


def last_minutes(provider: ProviderDetails, now: datetime) -> list[Period]:
    """Return the minutes of the last hour in which the provider was called, newest first."""
    return _periods(provider, now - MINUTES, TruncMinute("at"))


def last_hours(provider: ProviderDetails, now: datetime) -> list[Period]:
    """Return the hours of the last two days in which the provider was called, newest first."""
    return _periods(provider, now - HOURS, TruncHour("at"))


def _periods(provider: ProviderDetails, since: datetime, period: Any) -> list[Period]:
    rows = (
        ProviderFigures.objects.filter(
            provider__notification_type=provider.notification_type, at__gte=since
        )
        .values("provider_id", period=period)
        .annotate(calls=Sum("calls"), errors=Sum("errors"), unknown=Sum("unknown"))
        .annotate(total_seconds=Sum("seconds"))
        .order_by("-period")
    )
    of_channel: dict[datetime, int] = defaultdict(int)
    for row in rows:
        of_channel[row["period"]] += row["calls"]
    return [
        Period(
            at=row["period"],
            calls=row["calls"],
            errors=row["errors"],
            unknown=row["unknown"],
            mean_seconds=row["total_seconds"] / row["calls"],
            share=row["calls"] / of_channel[row["period"]],
        )
        for row in rows
        if row["provider_id"] == provider.id
    ]
