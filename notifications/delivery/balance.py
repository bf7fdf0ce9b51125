"""Automatic weights of text message providers: away from those that fail or are slow, and back.

Source: the delivery rules, automatic balance.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from notifications.delivery.health import circuit_of
from notifications.delivery.slowness import slow_providers
from notifications.models import ProviderDetails, ProviderDetailsHistory, ProviderFigures
from notify_project.constants import NotificationType
from notify_project.versioning import save_versioned
from services.platform_user import platform_user

logger = logging.getLogger(__name__)

STEP = 10
ERRORS = 50
ERRORS_WITHIN = timedelta(seconds=60)
# A provider that does not answer at all fails too few times to be noticed: it is left alone.
OPEN_FOR = timedelta(seconds=60)
# No change within so long before.
GUARD_OF_ERRORS = timedelta(seconds=60)
GUARD_OF_SLOWNESS = timedelta(minutes=5)
GUARD_OF_RECOVERY = timedelta(minutes=15)


@transaction.atomic
def lower_failing(now: datetime) -> bool:
    """Move weight away from providers that fail, and say whether any was moved."""
    rows = _locked(now, GUARD_OF_ERRORS)
    failing = {row.id for row in rows if _is_left_alone(row, now)} | _with_errors(rows, now)
    return _lower(rows, failing, "its calls fail")


@transaction.atomic
def lower_slow(now: datetime) -> bool:
    """Move weight away from providers whose texts arrive late, and say whether any was moved."""
    rows = _locked(now, GUARD_OF_SLOWNESS)
    if not rows:
        return False
    slow = slow_providers(now)
    return _lower(rows, {row.id for row in rows if row.identifier in slow}, "its texts arrive late")


@transaction.atomic
def recover(now: datetime) -> bool:
    """Move each weight towards the one it has at rest, and say whether any was moved."""
    rows = _locked(now, GUARD_OF_RECOVERY)
    if any(circuit_of(row).is_open for row in rows):
        return False
    weights = {
        row.id: row.priority + max(-STEP, min(STEP, row.resting_priority - row.priority))
        for row in rows
        if row.resting_priority is not None
    }
    return _save(rows, weights, dict.fromkeys(weights, "back towards its weight at rest"))


def _locked(now: datetime, guard: timedelta) -> list[ProviderDetails]:
    """Lock the providers among which weight may move now; none if it may not."""
    rows = list(
        ProviderDetails.objects.filter(notification_type=NotificationType.SMS, active=True)
        .select_related("health")
        .order_by("id")
        # Not against inserts of figures, which only need the row to be there.
        .select_for_update(of=("self",), no_key=True)
    )
    if len(rows) < 2 or any(_is_guarded(row, now, guard) for row in rows):
        return []
    return rows


def _is_guarded(row: ProviderDetails, now: datetime, guard: timedelta) -> bool:
    paused_until = row.automation_paused_until
    if paused_until is not None and paused_until > now:
        return True
    return row.updated_at is not None and now - row.updated_at < guard


def _is_left_alone(row: ProviderDetails, now: datetime) -> bool:
    """Say whether a provider has not answered for too long to call it a moment."""
    opened_at = circuit_of(row).opened_at
    return opened_at is not None and now - opened_at >= OPEN_FOR


def _with_errors(rows: Iterable[ProviderDetails], now: datetime) -> set[UUID]:
    lately = ProviderFigures.objects.filter(
        provider__in=[row.id for row in rows], at__gte=now - ERRORS_WITHIN
    )
    failed = lately.values("provider_id").annotate(failed=Sum("errors") + Sum("unknown"))
    return set(failed.filter(failed__gte=ERRORS).values_list("provider_id", flat=True))


def _lower(rows: list[ProviderDetails], bad: set[UUID], reason: str) -> bool:
    good = [row for row in rows if row.id not in bad]
    if not bad or not good:
        return False
    weights = {row.id: row.priority - min(STEP, row.priority) for row in rows if row.id in bad}
    moved = sum(row.priority - weights[row.id] for row in rows if row.id in bad)
    for place, row in enumerate(good):
        share = moved // len(good) + (place < moved % len(good))
        weights[row.id] = min(100, row.priority + share)
    reasons = {row.id: reason if row.id in bad else "another provider carries less" for row in rows}
    return _save(rows, weights, reasons)


def _save(rows: list[ProviderDetails], weights: dict[UUID, int], reasons: dict[UUID, str]) -> bool:
    changed = [row for row in rows if weights.get(row.id, row.priority) != row.priority]
    author = platform_user() if changed else None
    for row in changed:
        before, row.priority = row.priority, weights[row.id]
        row.reason, row.created_by = f"automatic: {reasons[row.id]}", author
        save_versioned(row, ProviderDetailsHistory)
        logger.warning(
            "weight of %s: %s instead of %s, %s", row.identifier, row.priority, before, row.reason
        )
    return bool(changed)
