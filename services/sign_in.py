"""Signing in by address and password: who tries too often is locked out."""

import logging
from typing import Final

from django.db import transaction
from django.db.models import F

from notify_project import audit, clock
from notify_project.api.errors import ApiError
from notify_project.texts import is_storable
from services.models import User

logger = logging.getLogger(__name__)

# Source: the domain model, users.
LOCKED_AT: Final = 10


class NotUnlocked(ApiError):
    """A lock that stays."""


def is_locked(user: User) -> bool:
    """Tell whether a person tried too often to be let in."""
    return user.failed_login_count >= LOCKED_AT


def sign_in(address: str, password: str) -> User | None:
    """Return the person of this address and password; count and audit what is wrong.

    It takes as long for an address that nobody has, or that is locked, as for any other.
    """
    address = address.strip().lower()
    user = User.objects.filter(email_address=address).first() if is_storable(address) else None
    if user is None:
        User().set_password(password)
        logger.info("somebody without an account tried to sign in")
        return None
    is_right = user.check_password(password)
    if is_locked(user):
        logger.info("user %s tried to sign in and is locked", user.pk)
        return None
    if not is_right:
        record_failure(user, "password")
        return None
    return user if user.is_active and user.is_staff else None


def record_failure(user: User, what: str) -> None:
    """Count a wrong password or a wrong second factor; the last one that is let pass locks."""
    with transaction.atomic():
        rows = User.objects.filter(id=user.id, failed_login_count__lt=LOCKED_AT)
        if not rows.update(failed_login_count=F("failed_login_count") + 1):
            return
        user.refresh_from_db(fields=["failed_login_count"])
        after = {"what": what, "failures": user.failed_login_count}
        action = "lock person" if is_locked(user) else "sign-in failed"
        audit.record(action, user, actor=None, after=after)


def record_success(user: User, how: list[str]) -> None:
    """Forget what went wrong before, and audit that somebody came in."""
    with transaction.atomic():
        User.objects.filter(id=user.id, failed_login_count__gt=0).update(failed_login_count=0)
        audit.record("sign in", user, actor=user, after={"with": how})


def unlock(user: User, *, actor: User | None, reason: str) -> bool:
    """Let a person try again, and return whether they were counted at all.

    Raises:
        NotUnlocked: no reason is given, or people would unlock themselves.
    """
    if not reason.strip():
        raise NotUnlocked("Say why")
    if actor == user:
        raise NotUnlocked("Nobody unlocks themselves: ask somebody else")
    with transaction.atomic():
        row = User.objects.select_for_update(no_key=True).get(id=user.id)
        if not row.failed_login_count:
            return False
        before = {"failures": row.failed_login_count}
        row.failed_login_count, row.updated_at = 0, clock.now()
        row.save(update_fields=["failed_login_count", "updated_at"])
        audit.record("unlock person", row, actor=actor, before=before, reason=reason)
    return True
