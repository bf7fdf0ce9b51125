"""What support staff change about providers: each change has its reason, a version and an audit."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from notifications.models import ProviderDetails, ProviderDetailsHistory
from notify_project import audit
from notify_project.api.errors import BadRequest
from notify_project.constants import NotificationType
from notify_project.reasons import require_reason
from notify_project.versioning import save_versioned
from services.models import User


class LastProvider(BadRequest):
    """Without it, nothing of its channel could be sent."""


def change_provider(
    provider_id: UUID, changes: Mapping[str, Any], *, actor: User | None, reason: str
) -> ProviderDetails:
    """Change some of a provider's settings; weights move by themselves meanwhile, and stay so.

    Args:
        provider_id: which.
        changes: columns and their new values.
        actor: who asks for it; None is a program or a command.
        reason: why.

    Raises:
        NoReason: it is not said why.
        LastProvider: it is the last of texts or emails that is switched on.
    """
    reason = require_reason(reason)
    with transaction.atomic():
        # All of the channel, in one order: of two that are switched off at once, one stays.
        rows = {
            row.id: row
            for row in ProviderDetails.objects.select_for_update(no_key=True).order_by("id")
        }
        row = rows[provider_id]
        if changes.get("active") is False:
            _require_another(row, list(rows.values()))
        before = {name: getattr(row, name) for name in changes}
        for name, value in changes.items():
            setattr(row, name, value)
        row.reason = reason
        row.created_by_id = actor.pk if actor else None
        save_versioned(row, ProviderDetailsHistory)
        audit.record(
            "change provider",
            row,
            actor=actor,
            before=_plain(before),
            after=_plain(changes),
            reason=reason,
        )
    return row


def _require_another(row: ProviderDetails, rows: list[ProviderDetails]) -> None:
    if row.notification_type == NotificationType.LETTER:
        return  # letters wait for a printer
    others = (
        other.active and other.notification_type == row.notification_type
        for other in rows
        if other.id != row.id
    )
    if not any(others):
        raise LastProvider("At least one provider of a channel must stay active.")


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in values.items()
    }
