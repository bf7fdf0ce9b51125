"""From claimed rows to calls: service, provider, content; what cannot be sent gets its outcome."""

import logging
import traceback
from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

from django.conf import settings

from notifications import lifecycle
from notifications.delivery import simulate
from notifications.delivery.calls import Call, try_again
from notifications.delivery.content import Text, email_of, text_of
from notifications.delivery.routing import EveryProviderHeld, NoProvider, Router
from notifications.delivery.told import not_called
from notifications.lifecycle import Outcome
from notifications.lifecycle.held import memory
from notifications.models import Hold, Notification, ProviderDetails
from notifications.statuses import Status
from notifications.suppression.check import find_suppressed
from notify_project import clock
from notify_project.constants import NotificationType
from services.read_models import ServiceModel, find_service

logger = logging.getLogger(__name__)


def prepare(rows: list[Notification], router: Router) -> Iterator[Call | Outcome]:
    """Make claimed rows ready, one by one, so that calls begin while others are rendered.

    Fragments are counted first, in one statement: a message goes out only after what it costs is
    written down.
    """
    spent = [row for row in rows if row.delivery_attempts > settings.DELIVERY_RETRIES + 1]
    yield from map(_spent, spent)
    rows = [row for row in rows if row not in spent]
    yield from (_erased(row) for row in rows if row.normalised_to is None)
    rows = [row for row in rows if row.normalised_to is not None]
    held = memory.refresh()
    yield from (_put_away(row, by) for row in rows if (by := held.holds(row)))
    rows = [row for row in rows if not held.holds(row)]
    suppressed = find_suppressed(rows)
    texts, failed = _texts([row for row in rows if row.is_real and _is_text(row)])
    lifecycle.count_fragments({key: text.fragments for key, text in texts.items()})
    yield from failed.values()
    for row in rows:
        if row.id in suppressed:
            yield _not_sent(row, suppressed[row.id])
        elif row.id not in failed:
            prepared = _prepare(row, texts.get(row.id), router)
            if prepared is not None:
                yield prepared


def _spent(row: Notification) -> Outcome:
    """End a message of whose attempts so many left no outcome: it may be what ends the workers."""
    logger.error("notification %s is given up: its attempts have no outcome", row.id)
    return Outcome(
        row.id, row.delivery_attempts, Status.TECHNICAL_FAILURE, failure_reason="max-retries"
    )


def _erased(row: Notification) -> Outcome:
    """End a message that was erased while a worker had it; it has no recipient any more."""
    return Outcome(row.id, row.delivery_attempts, Status.TECHNICAL_FAILURE, failure_reason="erased")


def _put_away(row: Notification, kind: Hold.Kind) -> Outcome:
    """Let a message wait until what holds it is released; nobody has tried to send it."""
    return Outcome(
        row.id,
        row.delivery_attempts,
        next_attempt_at=lifecycle.put_away_until(row.created_at, kind),
        attempts_given_back=1,
    )


def _without_provider(row: Notification, error: Exception) -> Outcome:
    if isinstance(error, EveryProviderHeld):
        return _put_away(row, Hold.Kind.PROVIDER)
    return _try_again(row, error)


def _not_sent(row: Notification, reason: str) -> Outcome:
    return Outcome(row.id, row.delivery_attempts, Status.PERMANENT_FAILURE, failure_reason=reason)


def _texts(rows: list[Notification]) -> tuple[dict[UUID, Text], dict[UUID, Outcome]]:
    texts: dict[UUID, Text] = {}
    failed: dict[UUID, Outcome] = {}
    for row in rows:
        try:
            service = _service(row)
            if service.active:
                texts[row.id] = text_of(row, service)
        except Exception as error:  # noqa: BLE001 - one row's trouble, which the next deploy may heal
            failed[row.id] = _cannot_prepare(row, error)
    return texts, failed


def _prepare(row: Notification, text: Text | None, router: Router) -> Call | Outcome | None:
    try:
        service = _service(row)
        if not service.active:
            return Outcome(
                row.id,
                row.delivery_attempts,
                Status.TECHNICAL_FAILURE,
                failure_reason="service-inactive",
            )
        details = router.choose(
            row.notification_type,
            international=row.international,
            failed=row.failed_provider,
            may_probe=row.is_real,
        )
        if not row.is_real:
            simulate.pretend(row, details.identifier, now=clock.now())
            return None
        return Call(
            notification_id=row.id,
            notification_type=row.notification_type,
            service_id=row.service_id,
            template_id=row.template_id,
            lane=row.lane,
            attempt=row.delivery_attempts,
            created_at=row.created_at,
            provider_id=details.id,
            identifier=details.identifier,
            status=_status_once_sent(row, details),
            message=email_of(row, service) if text is None else text.message,
            values=row.personalisation,
        )
    except (NoProvider, EveryProviderHeld) as error:
        return _without_provider(row, error)
    except Exception as error:  # noqa: BLE001 - one row's trouble, which the next deploy may heal
        return _cannot_prepare(row, error)


def _service(row: Notification) -> ServiceModel:
    service = find_service(row.service_id)
    if service is None:
        raise LookupError(f"service {row.service_id} does not exist")
    return service


def _is_text(row: Notification) -> bool:
    return row.notification_type == NotificationType.SMS


def _status_once_sent(row: Notification, details: ProviderDetails) -> Status:
    if _is_text(row):
        return Status.SENT if row.international else Status.SENDING
    if details.gives_receipts:
        return Status.SENDING
    return Status(settings.EMAIL_STATUS_WITHOUT_RECEIPTS)


def _try_again(row: Notification, error: Exception) -> Outcome:
    outcome = try_again(
        row.id, row.notification_type, row.delivery_attempts, row.created_at, error=error
    )
    is_without = isinstance(error, NoProvider)
    return replace(outcome, note=not_called(row.delivery_attempts, error, is_without=is_without))


def _cannot_prepare(row: Notification, error: Exception) -> Outcome:
    # Neither the error's text nor its chain: both may hold what is in the message.
    where = "".join(traceback.format_tb(error.__traceback__))
    logger.error("notification %s cannot be prepared: %s\n%s", row.id, type(error).__name__, where)
    return _try_again(row, error)
