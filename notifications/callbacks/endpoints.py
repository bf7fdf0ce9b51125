"""Endpoints that do not answer: after 20 failures in a row their calls wait, but for probes."""

import logging
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from notifications.callbacks.calls import Answer, Endpoint
from notifications.callbacks.claim import PROBE_EVERY
from notifications.models import CallbackDelivery, FailingEndpoint

logger = logging.getLogger(__name__)

FAILURES_OF_THE_DEAD = 20
# What happened longer ago is given up while its endpoint stays dead.
PATIENCE = timedelta(days=3)

# One statement an endpoint: workers that fail at several at once take no locks crosswise.
_FAILED = """
INSERT INTO failing_endpoints AS f (
    service_id, callback_type, failures, first_failed_at, last_failed_at, last_error,
    dead_since, next_probe_at
) VALUES (
    %(service)s, %(type)s, %(failures)s, %(now)s, %(now)s, %(error)s,
    CASE WHEN %(failures)s >= %(limit)s THEN %(now)s::timestamptz END,
    CASE WHEN %(failures)s >= %(limit)s THEN %(next_probe_at)s::timestamptz END
)
ON CONFLICT (service_id, callback_type) DO UPDATE SET
    failures = f.failures + excluded.failures,
    last_failed_at = excluded.last_failed_at,
    last_error = excluded.last_error,
    dead_since = CASE WHEN f.failures + excluded.failures >= %(limit)s
        THEN coalesce(f.dead_since, %(now)s) END,
    next_probe_at = CASE WHEN f.failures + excluded.failures >= %(limit)s
        THEN coalesce(f.next_probe_at, %(next_probe_at)s) END
RETURNING failures, dead_since IS NOT NULL AND failures - %(failures)s < %(limit)s
"""


def note(answers: Iterable[Answer], now: datetime) -> None:
    """Remember who did not answer, and forget it of who did."""
    by_endpoint: dict[Endpoint, list[Answer]] = defaultdict(list)
    for answer in answers:
        by_endpoint[answer.call.endpoint].append(answer)
    for endpoint, ours in by_endpoint.items():
        failed = [each for each in ours if each.is_unreachable]
        if len(failed) == len(ours):
            _failed(endpoint, failed, now)
        elif any(each.call.is_failing for each in ours):
            _answered(endpoint)


def _failed(endpoint: Endpoint, answers: list[Answer], now: datetime) -> None:
    service_id, callback_type = endpoint
    values: dict[str, Any] = {
        "service": service_id,
        "type": callback_type,
        "failures": len(answers),
        "limit": FAILURES_OF_THE_DEAD,
        "error": answers[-1].error,
        "now": now,
        "next_probe_at": now + PROBE_EVERY,
    }
    with connection.cursor() as cursor:
        cursor.execute(_FAILED, values)
        [(failures, died)] = cursor.fetchall()
    if died:
        logger.error(
            "callbacks %s of service %s wait: no answer to the last %s calls (%s)",
            callback_type,
            service_id,
            failures,
            answers[-1].error,
        )


def _answered(endpoint: Endpoint) -> None:
    service_id, callback_type = endpoint
    rows = FailingEndpoint.objects.filter(service=service_id, callback_type=callback_type)
    dead_since = rows.values_list("dead_since", flat=True).first()
    deleted, _ = rows.delete()
    if deleted and dead_since:
        logger.warning(
            "callbacks %s of service %s go on: answered for the first time since %s",
            callback_type,
            service_id,
            dead_since.isoformat(),
        )


def give_up_on_the_dead(now: datetime) -> int:
    """Give up what has waited too long for endpoints dead as long, and return how much."""
    count = 0
    for endpoint in FailingEndpoint.objects.filter(dead_since__lt=now - PATIENCE):
        given_up = CallbackDelivery.objects.filter(
            service=endpoint.service_id,
            callback_type=endpoint.callback_type,
            state=CallbackDelivery.State.WAITING,
            created_at__lt=now - PATIENCE,
        ).update(
            state=CallbackDelivery.State.GIVEN_UP,
            next_attempt_at=None,
            finished_at=now,
            last_error="EndpointDead",
        )
        logger.warning(
            "%s callbacks %s of service %s are given up: dead since %s",
            given_up,
            endpoint.callback_type,
            endpoint.service_id,
            endpoint.dead_since,
        )
        count += given_up
    return count
