"""What the calls of services are signed with: made for each callback, rotated with an overlap."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from notify_project import audit, clock
from notify_project.api.errors import ApiError
from services.models import CallbackSigningSecret, ServiceCallbackApi, User, new_signing_secret


class RotationRefused(ApiError):
    """A secret that cannot be rotated now."""


def signing_secrets(callbacks: Iterable[UUID]) -> dict[UUID, CallbackSigningSecret]:
    """Return the secrets of callbacks, and make those that are not there yet."""
    wanted = set(callbacks)
    found = CallbackSigningSecret.objects.in_bulk(wanted)
    if missing := wanted - found.keys():
        CallbackSigningSecret.objects.bulk_create(
            [CallbackSigningSecret(callback_id=each) for each in missing], ignore_conflicts=True
        )
        found |= CallbackSigningSecret.objects.in_bulk(missing)
    return found


def first_secret(callback: ServiceCallbackApi) -> str | None:
    """Make the secret of a new callback and return it; None if it has one already."""
    row, is_new = CallbackSigningSecret.objects.get_or_create(callback=callback)
    return row.secret if is_new else None


def default_overlap() -> timedelta:
    """Return how long an old secret signs beside its successor unless somebody says otherwise."""
    return timedelta(seconds=settings.CALLBACK_OLD_SECRET_SECONDS)


def rotate_secret(
    callback: ServiceCallbackApi, *, overlap: timedelta, actor: User | None, reason: str = ""
) -> str:
    """Replace the secret of a callback and return the new one, which is shown once.

    Args:
        callback: whose.
        overlap: how long the old one signs, too; with none it ends at once.
        actor: who asked for it.
        reason: why.

    Raises:
        RotationRefused: the last rotation still overlaps, and a third secret would end the first.
    """
    now = clock.now()
    signing_secrets([callback.id])
    with transaction.atomic():
        row = CallbackSigningSecret.objects.select_for_update().get(callback=callback)
        if overlap and len(row.valid_at(now)) > 1:
            raise RotationRefused(
                "The secret before this one is still in use until "
                f"{clock.api_time(row.previous_until or now)}: wait, or rotate without an overlap"
            )
        row.previous = row.secret if overlap else None
        row.previous_until = now + overlap if overlap else None
        row.secret = secret = new_signing_secret()
        row.created_at = now
        row.save()
        audit.record(
            "rotate callback secret",
            callback,
            actor=actor,
            service_id=callback.service_id,
            after={
                "callback_type": callback.callback_type,
                "old_secret_until": clock.api_time(row.previous_until or now),
            },
            reason=reason,
        )
    return secret
