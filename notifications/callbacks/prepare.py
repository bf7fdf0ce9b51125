"""What claimed rows become: calls with the addresses and secrets of now, or results at once."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import orjson

from notifications.callbacks.calls import Answer, Call, Endpoint
from notifications.callbacks.record import Result, State, result_of
from notifications.callbacks.signature import signature_headers
from notifications.models import CallbackDelivery, FailingEndpoint
from notify_project.encryption import Unreadable
from services.callback_secrets import signing_secrets
from services.models import ServiceCallbackApi


def prepare(rows: list[CallbackDelivery], now: datetime) -> Iterator[Call | Result]:
    """Yield what services are told, and what becomes of rows that cannot be sent."""
    if not rows:
        return
    targets = _targets({row.service_id for row in rows}, now)
    for row in rows:
        target = targets.get((row.service_id, row.callback_type))
        if target is None:
            yield Result(row.id, row.attempts, State.DROPPED.value)
            continue
        call = _call(row, target, now)
        if isinstance(row.payload, Unreadable) or not all([target.token, *target.secrets]):
            # Somebody may yet find the key that decrypts it.
            yield result_of(Answer(call, error="Unreadable", may_pass=True), now)
        else:
            yield call


@dataclass(frozen=True, slots=True)
class _Target:
    """A callback as it is now."""

    url: str
    token: str = field(repr=False)
    secrets: list[str] = field(repr=False)
    failing: FailingEndpoint | None


def _targets(services: set[UUID], now: datetime) -> dict[Endpoint, _Target]:
    callbacks = ServiceCallbackApi.objects.filter(service__in=services)
    found = {(each.service_id, each.callback_type): each for each in callbacks}
    signing = signing_secrets(each.id for each in found.values())
    rows = FailingEndpoint.objects.filter(service__in=services)
    failing = {(each.service_id, each.callback_type): each for each in rows}
    return {
        endpoint: _Target(
            url=each.url,
            token=each.bearer_token,
            secrets=signing[each.id].valid_at(now),
            failing=failing.get(endpoint),
        )
        for endpoint, each in found.items()
    }


def _call(row: CallbackDelivery, target: _Target, now: datetime) -> Call:
    body = orjson.dumps(row.payload)
    return Call(
        id=row.id,
        service_id=row.service_id,
        callback_type=row.callback_type,
        attempt=row.attempts,
        began_at=now,
        url=target.url,
        headers={
            "Content-Type": "application/json",
            "Authorization": f"Bearer {target.token}",
            **signature_headers(str(row.id), body, secrets=target.secrets, now=now),
        },
        body=body,
        is_failing=target.failing is not None,
        is_probe=target.failing is not None and target.failing.dead_since is not None,
    )
