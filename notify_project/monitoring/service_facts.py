"""What the overview of a service shows, read with few questions."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db.models import DecimalField, OuterRef, Subquery, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast

from billing.models import AnnualBilling, Budget
from billing.reports import charged_uses
from notifications.models import FailingEndpoint, Job
from notifications.statistics.last_use import last_used
from notifications.statistics.shown_counts import Shown, count_to_show
from notifications.statistics.status_counts import By
from notifications.statistics.tallies import Tally
from notify_project.clock import financial_year, financial_year_days, london_day
from notify_project.constants import NotificationType
from services.models import (
    ApiKey,
    Service,
    ServiceCallbackApi,
    ServiceEmailReplyTo,
    ServiceSmsSender,
    ServiceUser,
)

NEWEST_JOBS: Final = 5
# Of longer lists the page shows the beginning, and leads to the whole.
SHOWN: Final = 10
# A service that has not listened for days has millions; so many are counted.
MOST_WAITING: Final = 1000
_WAITING: Final = """
SELECT count(*) FROM (
    SELECT FROM callback_deliveries d
    WHERE d.service_id = service_callback_api.service_id
        AND d.callback_type = service_callback_api.callback_type AND d.state = 'waiting'
    LIMIT %s
) waiting
"""
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Volumes:
    """What a service sent on some London days, the last of them today.

    Attributes:
        days: all of them, in order, also those without any message.
        by_type: for each type, a number for each day; None where nobody has counted.
        tallies: what became of each type.
        by_status: how many messages stand in each status.
        shown: how sure that is.
    """

    days: list[date]
    by_type: dict[str, list[int | None]]
    tallies: dict[str, Tally]
    by_status: dict[str, int]
    shown: Shown

    def failure_share(self, notification_type: str) -> float | None:
        """Return the share of a type that failed; None if there was nothing."""
        tally = self.tallies[notification_type]
        return tally.failed / tally.requested if tally.requested else None


@dataclass(frozen=True, slots=True)
class Spend:
    """A financial year of a service, up to the last hour or so."""

    year: int
    allowance: int
    allowance_left: int
    spent: Decimal
    budgets: dict[str, Decimal]


def volumes(service: Service, days: int, now: datetime) -> Volumes:
    """Count what a service sent on so many London days, today included."""
    today = london_day(now)
    listed = [today - n * _DAY for n in reversed(range(days))]
    by_type = {kind: dict.fromkeys(listed, 0) for kind in NotificationType.values}
    tallies = dict.fromkeys(NotificationType.values, Tally())
    by_status: dict[str, int] = defaultdict(int)
    shown = count_to_show([By.DAY, By.TYPE, By.STATUS], listed[0], today, service.id)
    for day, kind, status, count in shown.rows:
        by_type[kind][day] += count
        tallies[kind] += Tally.of(status, count)
        by_status[status] += count
    numbers: dict[str, list[int | None]] = {
        kind: [found[day] or (None if day in shown.left_out else 0) for day in listed]
        for kind, found in by_type.items()
    }
    return Volumes(listed, numbers, tallies, dict(by_status), shown)


def spend(service: Service, now: datetime) -> Spend:
    """Charge a service's financial year from the facts of its days."""
    year = financial_year(london_day(now))
    first, _ = financial_year_days(year)
    # One question for both: an allowance is a number of texts, under no period.
    allowances = AnnualBilling.objects.filter(service=service, financial_year_start=year)
    limit = Cast("free_sms_fragment_limit", DecimalField(max_digits=12, decimal_places=2))
    found = Budget.objects.filter(service=service).values_list("period", "pounds")
    budgets = dict(found.union(allowances.values_list(Value(""), limit), all=True))
    allowance = int(budgets.pop("", 0))
    bill = charged_uses(service, first, london_day(now), allowance)
    return Spend(year, allowance, int(bill.remainder), bill.cost, budgets)


def keys(service: Service) -> list[ApiKey]:
    """Return the newest keys, those in use first, each with when it was last used."""
    rows = list(
        ApiKey.objects.filter(service=service).order_by("-expiry_date", "-created_at", "id")[
            : SHOWN + 1
        ]
    )
    used = last_used([row.id for row in rows])
    for row in rows:
        row.last_used_at = used.get(row.id)  # type: ignore[attr-defined]  # shown beside it
    return rows


def senders(service: Service) -> list[dict[str, Any]]:
    """Return who texts are from and where answers to emails go, defaults first."""
    columns = ("kind", "text", "is_default")
    texts = ServiceSmsSender.objects.filter(service=service, archived=False)
    emails = ServiceEmailReplyTo.objects.filter(service=service, archived=False)
    rows = texts.values_list(Value("text sender"), "sms_sender", "is_default").union(
        emails.values_list(Value("reply-to"), "email_address", "is_default"), all=True
    )
    found = [dict(zip(columns, row, strict=True)) for row in rows[:100]]
    return sorted(found, key=lambda row: (row["kind"], not row["is_default"], row["text"]))


def callbacks(service: Service) -> list[ServiceCallbackApi]:
    """Return the addresses of a service, each with how it does: waiting calls, and failures."""
    of_endpoint = {"service": OuterRef("service"), "callback_type": OuterRef("callback_type")}
    failing = FailingEndpoint.objects.filter(**of_endpoint)
    return list(
        ServiceCallbackApi.objects.filter(service=service)
        .annotate(
            failing_since=Subquery(failing.values("first_failed_at")),
            dead_since=Subquery(failing.values("dead_since")),
            last_error=Subquery(failing.values("last_error")),
            waiting=RawSQL(_WAITING, [MOST_WAITING]),  # noqa: S611 - a constant, and a number
        )
        .order_by("callback_type")
    )


def newest_jobs(service: Service) -> list[Job]:
    """Return the newest spreadsheets of a service."""
    rows = Job.objects.filter(service=service).select_related("template")
    return list(rows.order_by("-created_at", "-id")[:NEWEST_JOBS])


def team(service: Service) -> list[ServiceUser]:
    """Return who is in the team, by name, as many as are shown and one more."""
    rows = ServiceUser.objects.filter(service=service).select_related("user")
    return list(rows.order_by("user__name", "id")[: SHOWN + 1])
