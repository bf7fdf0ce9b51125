"""Count a day again because somebody asked for it: noted in the audit if it changed anything."""

from datetime import date
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from notifications.models import FactNotificationStatus
from notifications.statistics.daily_status import Replaced, replace_facts
from notifications.statistics.usage_in_history import services_with_usage
from notify_project import audit
from services.models import Service


def services_of(day: date) -> list[UUID]:
    """Return the services that sent anything real on a London day, or have facts of it."""
    facts = FactNotificationStatus.objects.filter(bst_date=day)
    counted = facts.order_by().values_list("service_id", flat=True).distinct()
    return sorted({*services_with_usage(day), *counted})


def rebuild_facts(
    service_id: UUID, day: date, *, actor: AbstractBaseUser | None, reason: str
) -> Replaced:
    """Count a London day of a service again, and note it if the facts were wrong.

    Raises:
        ValueError: the day has not ended.
    """
    with transaction.atomic():
        replaced = replace_facts(service_id, day)
        if replaced.differences:
            audit.record(
                "rebuild status facts",
                Service.objects.get(id=service_id),
                actor=actor,
                service_id=service_id,
                before={"day": day.isoformat(), "messages": sum(replaced.stored.values())},
                after={"day": day.isoformat(), "messages": sum(replaced.counted.values())},
                reason=reason,
            )
    return replaced
