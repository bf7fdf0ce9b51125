"""Publish what was approved for now."""

import logging
from datetime import datetime

from django.db.models import QuerySet

from notify_project.api.errors import ApiError
from templates_app.changes.publishing import publish_if_due
from templates_app.changes.steps import State
from templates_app.models import TemplateChange

logger = logging.getLogger(__name__)


def due_changes(now: datetime) -> QuerySet[TemplateChange]:
    """Return the approved changes whose start has come."""
    return TemplateChange.objects.filter(state=State.APPROVED, starts_at__lte=now)


def publish_due(now: datetime) -> int:
    """Publish every due change, each for itself, and return how many were.

    Raises:
        ExceptionGroup: some failed in a way that nobody foresaw; all others were published.
    """
    published, errors = 0, []
    for change in due_changes(now).only("id", "service_id").order_by("starts_at", "id"):
        try:
            published += publish_if_due(change, now)
        except ApiError as error:
            # It is tried again in a minute; until then, and an alert, it says why here.
            logger.error(  # noqa: TRY400 - a refusal, which its type explains
                "template change %s cannot be published: %s", change.id, type(error).__name__
            )
        except Exception as error:  # noqa: BLE001 - one change's trouble must not stop the others
            errors.append(error)
    if errors:
        raise ExceptionGroup(f"{len(errors)} template changes could not be published", errors)
    return published
