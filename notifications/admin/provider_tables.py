"""Tables on a provider's page: what it did lately, and who changed it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.safestring import SafeString

from notifications.delivery import figures
from notifications.delivery.figures import Period
from notifications.models import ProviderDetails, ProviderDetailsHistory
from notify_project.admin.tables import table
from notify_project.clock import LONDON
from services.models import User

SHOWN_CHANGES = 20


@dataclass(frozen=True, slots=True)
class Tables:
    """Everything that a provider's page shows beside its form."""

    minutes: SafeString
    hours: SafeString
    changes: SafeString

    @classmethod
    def of(cls, provider: ProviderDetails, now: datetime) -> "Tables":
        """Read what there is about a provider."""
        return cls(
            _periods(figures.last_minutes(provider, now)),
            _periods(figures.last_hours(provider, now)),
            _changes(provider),
        )


def _periods(periods: Iterable[Period]) -> SafeString:
    return table(
        ("London time", "calls", "errors", "unknown", "mean", "share"),
        (
            (
                f"{period.at.astimezone(LONDON):%d %b %H:%M}",
                period.calls,
                period.errors,
                period.unknown,
                f"{period.mean_seconds * 1000:.0f} ms",
                f"{period.share:.0%}",
            )
            for period in periods
        ),
    )


def _changes(provider: ProviderDetails) -> SafeString:
    versions = ProviderDetailsHistory.objects.filter(id=provider.id)
    latest = list(versions.order_by("-version")[:SHOWN_CHANGES])
    names = User.objects.in_bulk({row.created_by_id for row in latest if row.created_by_id})
    return table(
        ("version", "London time", "by", "on", "weight", "reason"),
        (
            (
                row.version,
                f"{row.updated_at.astimezone(LONDON):%d %b %Y %H:%M}" if row.updated_at else "",
                names.get(row.created_by_id, ""),
                "yes" if row.active else "no",
                row.priority,
                row.reason,
            )
            for row in latest
        ),
    )
