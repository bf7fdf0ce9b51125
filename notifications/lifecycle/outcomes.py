"""The end of attempts: many outcomes in one statement, each conditional on its row."""

import logging
import uuid
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import connection, transaction

from notifications.callbacks import outbox
from notifications.callbacks.outbox import Moved
from notifications.lifecycle.changes import CHANGED_COLUMNS, UPDATE_HISTORY, read_changes
from notifications.lifecycle.holding import HELD_UNTIL
from notifications.lifecycle.notes import Note, insert_notes
from notifications.statuses import Status
from notifications.suppression import feed

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended.

    Attributes:
        id: the notification.
        attempt: number of the attempt; another attempt may have begun since.
        status: the new status; None plans another attempt.
        accepted: a provider has taken the message, which is true whatever others have tried.
        sent_at: when the provider took it.
        sent_by: which provider took it.
        reference: the provider's name for the message, if it chose one.
        next_attempt_at: when to try again.
        attempts_given_back: 1 when the attempt shall not count.
        failure_reason: short code for support staff.
        failed_provider: which provider to pass over next time.
        note: what is kept of an answer that was no plain success.
    """

    id: uuid.UUID
    attempt: int
    status: Status | None = None
    accepted: bool = False
    sent_at: datetime | None = None
    sent_by: str | None = None
    reference: str | None = None
    next_attempt_at: datetime | None = None
    attempts_given_back: int = 0
    failure_reason: str | None = None
    failed_provider: str | None = None
    note: Note | None = None


# A message that a receipt has moved meanwhile keeps its status; only what is empty is filled. One
# whose job was paused meanwhile stays held back, and one for which nobody was called passes over
# the same provider as before.
_RECORD = f"""
WITH outcome AS (
    SELECT * FROM jsonb_to_recordset(%(outcomes)s::jsonb) AS outcome (
        id uuid, attempt int, status text, accepted boolean, sent_at timestamptz, sent_by text,
        reference text, next_attempt_at timestamptz, attempts_given_back int, failure_reason text,
        failed_provider text, note jsonb
    )
), changed AS (
    UPDATE notifications n SET
        notification_status = coalesce(outcome.status, n.notification_status),
        updated_at = CASE WHEN outcome.status IS NULL THEN n.updated_at ELSE %(now)s END,
        sent_at = coalesce(n.sent_at, outcome.sent_at),
        sent_by = coalesce(n.sent_by, outcome.sent_by),
        reference = coalesce(outcome.reference, n.reference),
        failure_reason = outcome.failure_reason,
        failed_provider = CASE WHEN outcome.status IS NULL
            THEN coalesce(outcome.failed_provider, n.failed_provider)
            ELSE outcome.failed_provider END,
        next_attempt_at = CASE WHEN outcome.status IS NULL AND n.next_attempt_at = %(held)s
            THEN n.next_attempt_at ELSE outcome.next_attempt_at END,
        delivery_attempts = n.delivery_attempts - outcome.attempts_given_back,
        claimed_until = NULL
    FROM outcome
    WHERE n.id = outcome.id AND n.notification_status = 'created'
        AND (outcome.accepted OR n.delivery_attempts = outcome.attempt)
    RETURNING n.*, outcome.status IS NOT NULL AS is_moved
), overtaken AS (
    UPDATE notifications n SET
        sent_at = coalesce(n.sent_at, outcome.sent_at),
        sent_by = coalesce(n.sent_by, outcome.sent_by),
        reference = coalesce(n.reference, outcome.reference),
        claimed_until = NULL
    FROM outcome
    WHERE n.id = outcome.id AND n.notification_status <> 'created' AND outcome.accepted
    RETURNING n.*, FALSE AS is_moved
), written AS (
    SELECT * FROM changed WHERE is_moved UNION ALL SELECT * FROM overtaken
), history AS (
    {UPDATE_HISTORY}
)
"""  # noqa: S608 - constants
_MOVED = f"SELECT {CHANGED_COLUMNS} FROM written WHERE is_moved"  # noqa: S608 - constants
# What a provider takes at once, as nearly all is, needs nothing more than this.
_RECORD_PLAIN = f"{_RECORD} {_MOVED}"
_NOTED = "SELECT o.id, o.note FROM outcome o JOIN notifications n ON n.id = o.id"
_RECORD_NOTING = f"{_RECORD}, noted AS ({insert_notes(_NOTED, is_applied=True)}) {_MOVED}"


def record_outcomes(outcomes: list[Outcome], *, now: datetime) -> list[Moved]:
    """Record how attempts ended, in both tables, and what services must be told of it.

    Returns:
        What has moved; an outcome whose row was moved by somebody else is not among it.
    """
    if not outcomes:
        return []
    values: dict[str, Any] = {
        "outcomes": orjson.dumps(list(map(asdict, outcomes))).decode(),
        "now": now,
        "held": HELD_UNTIL,
    }
    with transaction.atomic():
        with connection.cursor() as cursor:
            has_notes = any(each.note for each in outcomes)
            cursor.execute(_RECORD_NOTING if has_notes else _RECORD_PLAIN, values)
            moved = read_changes(cursor)
        outbox.write(outbox.delivery_status_rows(moved))
        feed.note_bounces(moved)
    overtaken = {each.id for each in outcomes if each.status} - {each.id for each in moved}
    for notification_id in overtaken:
        logger.info("notification %s was moved by somebody else meanwhile", notification_id)
    return moved
