"""Which messages a bulk action is about: what may be asked, and one batch of the walk over them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection

from notifications.callbacks.replay import FINISHED
from notifications.lifecycle.holding import HELD_UNTIL
from notifications.models import BulkAction, ProviderDetails
from notifications.statuses import WAITING, Status
from notify_project.api.errors import BadRequest
from notify_project.constants import NotificationType
from services.models import Service
from templates_app.models import Template

Act = BulkAction.Act

LONGEST: Final = timedelta(days=92)
# Of messages, acted on or not; so many are changed in one transaction.
BATCH: Final = 2_000
BATCH_OF_LETTERS: Final = 500

_PENDING: Final = sorted(WAITING)
_STATUSES: Final[dict[str, list[str]]] = {
    Act.SEND_NOW: [Status.CREATED.value],
    Act.FAIL: [status.value for status in _PENDING],
    Act.CANCEL_LETTERS: [Status.CREATED.value, Status.PENDING_VIRUS_CHECK.value],
    Act.TELL_AGAIN: [state.value for state in FINISHED],
}
# What the act could change, as far as the row tells.
_FITS: Final[dict[str, str]] = {
    Act.SEND_NOW: "n.notification_type IN ('sms', 'email')"
    " AND n.next_attempt_at > %(now)s AND n.next_attempt_at < %(held)s",
    Act.FAIL: "(n.notification_type <> 'letter' OR n.notification_status <> 'sending')",
    Act.CANCEL_LETTERS: "n.notification_type = 'letter'",
}
# Along the index on times, each batch behind the one before; whatever the filter finds in it.
_WALK = """
SELECT n.id, n.created_at, coalesce(
    n.notification_status = ANY(%(statuses)s)
    AND (%(service)s::uuid IS NULL OR n.service_id = %(service)s::uuid)
    AND (%(template)s::uuid IS NULL OR n.template_id = %(template)s::uuid)
    AND (%(kind)s = '' OR n.notification_type = %(kind)s)
    AND (%(provider)s = '' OR %(provider)s IN (n.sent_by, n.failed_provider))
    AND {fits}, FALSE)
FROM notifications n
WHERE n.created_at >= %(since)s AND n.created_at < %(until)s
    AND (n.created_at, n.id) > (%(after)s, %(after_id)s::uuid)
ORDER BY n.created_at, n.id LIMIT %(limit)s
"""
# What a service was told of its messages, likewise.
_WALK_OF_CALLS = """
SELECT c.id, c.created_at, c.state = ANY(%(statuses)s) AND c.finished_at < %(now)s
FROM callback_deliveries c
WHERE c.service_id = %(service)s::uuid AND c.callback_type = 'delivery_status'
    AND c.created_at >= %(since)s AND c.created_at < %(until)s
    AND (c.created_at, c.id) > (%(after)s, %(after_id)s::uuid)
ORDER BY c.created_at, c.id LIMIT %(limit)s
"""


class BulkRefused(BadRequest):
    """A bulk action that makes no sense, or cannot go on."""


@dataclass(frozen=True, slots=True)
class Looked:
    """One batch of a walk.

    Attributes:
        wanted: what the filter finds in it.
        count: how many were looked at.
        reached_at: with the id, where it ends.
        is_last: nothing is behind it.
    """

    wanted: list[UUID]
    count: int
    reached_at: datetime | None
    reached_id: UUID | None
    is_last: bool


def require_sense(row: BulkAction) -> None:
    """Check what a bulk action is about.

    Raises:
        BulkRefused: the message says what is wrong with it.
    """
    _require_subject(row)
    if not row.since < row.until:
        raise BulkRefused("The time ends before it begins, or lies ahead")
    if row.until - row.since > LONGEST:
        raise BulkRefused(f"The time is longer than {LONGEST.days} days")
    allowed = _STATUSES[row.act]
    if row.status and row.status not in allowed:
        raise BulkRefused(f"The status is one of {', '.join(allowed)}")
    if row.act == Act.CANCEL_LETTERS and row.notification_type not in {"", NotificationType.LETTER}:
        raise BulkRefused("Only letters are cancelled")
    if row.act == Act.SEND_NOW and row.notification_type == NotificationType.LETTER:
        raise BulkRefused("Letters go out with their print run")
    if row.act == Act.TELL_AGAIN:
        _require_plain(row)


def _require_subject(row: BulkAction) -> None:
    if not (row.service_id or row.template_id or row.provider):
        raise BulkRefused("Say of which service, template or provider")
    if row.service_id and not Service.objects.filter(id=row.service_id).exists():
        raise BulkRefused("There is no such service")
    if row.template_id and not Template.objects.filter(id=row.template_id).exists():
        raise BulkRefused("There is no such template")
    if row.provider and not ProviderDetails.objects.filter(identifier=row.provider).exists():
        raise BulkRefused("There is no such provider")


def _require_plain(row: BulkAction) -> None:
    if not row.service_id:
        raise BulkRefused("Say which service is told again")
    if row.template_id or row.provider or row.notification_type:
        raise BulkRefused("What a service is told again is chosen by status and time alone")


def look(row: BulkAction, now: datetime) -> Looked:
    """Read the next batch of a walk: so many rows along an index, whatever fits.

    Args:
        row: how far it has come.
        now: when it was started; what has changed since is left.
    """
    limit = BATCH_OF_LETTERS if row.act == Act.CANCEL_LETTERS else BATCH
    values: dict[str, Any] = {
        "statuses": [row.status] if row.status else _STATUSES[row.act],
        "service": row.service_id and str(row.service_id),
        "template": row.template_id and str(row.template_id),
        "kind": row.notification_type,
        "provider": row.provider,
        "since": row.since,
        "until": row.until,
        "after": row.reached_at or row.since,
        "after_id": str(row.reached_id or UUID(int=0)),
        "now": now,
        "held": HELD_UNTIL,
        "limit": limit,
    }
    walk = _WALK_OF_CALLS if row.act == Act.TELL_AGAIN else _WALK.format(fits=_FITS[row.act])
    with connection.cursor() as cursor:
        cursor.execute(walk, values)
        found = cursor.fetchall()
    last_id, last_at = found[-1][:2] if found else (row.reached_id, row.reached_at)
    wanted = [message_id for message_id, _, is_wanted in found if is_wanted]
    return Looked(wanted, len(found), last_at, last_id, is_last=len(found) < limit)
