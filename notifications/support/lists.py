"""Which rows the lists of jobs, callbacks, received texts and history show, and what is read.

Their tables have no index on the time alone: without a service, the newest of each are read.
"""

from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from notifications.models import CallbackDelivery
from notifications.models.job import UNLISTED_NAMES
from notify_project.constants import NotificationType
from notify_project.newest import Clause, Leading, Question
from services.models import CallbackType, Service

_FAILED: Final = (CallbackDelivery.State.GIVEN_UP.value, CallbackDelivery.State.DROPPED.value)


def service_ids(wanted: list[UUID] | None) -> list[UUID]:
    """Return the wanted services; None is all."""
    return list(Service.objects.values_list("id", flat=True)) if wanted is None else wanted


def equal(**values: object) -> list[Clause]:
    """Return conditions on columns; a value that is None is none."""
    return [(f"n.{name} = %s", [value]) for name, value in values.items() if value is not None]


def jobs(services: Sequence[UUID], rest: Iterable[Clause] = ()) -> Question:
    """Ask for jobs that people sent."""
    listed = ("n.original_file_name <> ALL(%s)", [list(UNLISTED_NAMES)])
    leading = [Leading("n.service_id", "uuid", services)]
    return Question("jobs", leading=leading, rest=[listed, *rest])


def received_texts(services: Sequence[UUID], rest: Iterable[Clause] = ()) -> Question:
    """Ask for texts that services received."""
    leading = [Leading("n.service_id", "uuid", services)]
    return Question("inbound_sms", leading=leading, rest=list(rest))


def callbacks(
    services: Sequence[UUID], *, callback_type: str | None = None, state: str | None = None
) -> Question:
    """Ask for what services must be told."""
    leading = [
        Leading("n.service_id", "uuid", services),
        Leading(
            "n.callback_type", "text", [callback_type] if callback_type else CallbackType.values
        ),
    ]
    # There is an index of those that failed.
    partial: list[Clause] = [(f"n.state IN {_FAILED}", [])] if state in _FAILED else []
    return Question(
        "callback_deliveries", leading=leading, partial=partial, rest=equal(state=state)
    )


def history(
    services: list[UUID] | None, notification_type: str | None, rest: Iterable[Clause]
) -> Question:
    """Ask for what remains of messages."""
    if services is None:
        along = [*equal(notification_type=notification_type), *rest]
        return Question("notification_history", rest=along)
    types = [notification_type] if notification_type else NotificationType.values
    leading = [
        Leading("n.service_id", "uuid", services),
        Leading("n.notification_type", "text", types),
    ]
    return Question("notification_history", leading=leading, rest=list(rest))
