"""What claimed rows become: calls with the addresses and secrets of now, or results at once."""

from collections.abc import Iterator
from datetime import datetime

import orjson

from notifications.callbacks.calls import Answer, Call
from notifications.callbacks.record import Result, State, result_of
from notifications.callbacks.signature import signature_headers
from notifications.models import CallbackDelivery
from notify_project.encryption import Unreadable
from services.callback_secrets import signing_secrets
from services.models import ServiceCallbackApi


def prepare(rows: list[CallbackDelivery], now: datetime) -> Iterator[Call | Result]:
    """Yield what services are told, and what becomes of rows that cannot be sent."""
    if not rows:
        return
    services = {row.service_id for row in rows}
    found = ServiceCallbackApi.objects.filter(service__in=services)
    targets = {(each.service_id, each.callback_type): each for each in found}
    signing = signing_secrets(each.id for each in targets.values())
    secrets = {callback: row.valid_at(now) for callback, row in signing.items()}
    for row in rows:
        target = targets.get((row.service_id, row.callback_type))
        if target is None:
            yield Result(row.id, row.attempts, State.DROPPED.value)
            continue
        call = _call(row, target, secrets[target.id], now)
        if isinstance(row.payload, Unreadable) or not all(
            [target.bearer_token, *secrets[target.id]]
        ):
            # Somebody may yet find the key that decrypts it.
            yield result_of(Answer(call, error="Unreadable", may_pass=True), now)
        else:
            yield call


def _call(
    row: CallbackDelivery, target: ServiceCallbackApi, secrets: list[str], now: datetime
) -> Call:
    body = orjson.dumps(row.payload)
    return Call(
        id=row.id,
        service_id=row.service_id,
        attempt=row.attempts,
        began_at=now,
        url=target.url,
        headers={
            "Content-Type": "application/json",
            "Authorization": f"Bearer {target.bearer_token}",
            **signature_headers(str(row.id), body, secrets=secrets, now=now),
        },
        body=body,
    )
