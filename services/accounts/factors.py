"""Second factors: who needs one, who used one, and what is done when they are lost."""

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest

from notify_project import audit
from notify_project.api.errors import ApiError, Forbidden
from services.giving_roles import may_look_after
from services.models import User
from services.sessions import end_sessions


class NotReset(ApiError):
    """Factors that stay."""


def needs_factor(user: User) -> bool:
    """Tell whether a person needs two factors: who sees recipients, or changes anything."""
    if not _are_required() or not user.is_staff:
        return False
    if user.is_superuser or user.is_administrator:
        return True
    return any(_is_grave(right) for right in user.get_all_permissions())


def has_factor(user: User) -> bool:
    """Tell whether a person has set one up."""
    rows = Authenticator.objects.filter(user=user)
    return bool(rows.exclude(type=Authenticator.Type.RECOVERY_CODES).exists())


def used_factor(request: HttpRequest) -> bool:
    """Tell whether the session began with a second factor, or one was shown since."""
    records = get_authentication_records(request, request.user)
    return any(record.get("method") == "mfa" for record in records)


def may_go_on(request: HttpRequest, user: User) -> bool:
    """Tell whether the session is good enough for what the person may do."""
    return not _are_required() or used_factor(request) or not needs_factor(user)


def reset_factors(user: User, *, actor: User | None, reason: str) -> int:
    """Take all second factors from a person who lost them; they sign in again and set up new ones.

    Returns:
        How many there were.

    Raises:
        NotReset: no reason is given, or they are the actor's own.
        Forbidden: the person may do more than the actor.
    """
    if not reason.strip():
        raise NotReset("Say why")
    if actor == user:
        raise NotReset("Nobody resets their own factors: remove them, or ask somebody else")
    if actor is not None and not may_look_after(actor, user):
        raise Forbidden("The person may do more than you")
    with transaction.atomic():
        rows = Authenticator.objects.filter(user=user)
        kinds = sorted(rows.values_list("type", flat=True))
        if kinds:
            rows.delete()
            end_sessions(user)
            before = {"kinds": kinds}
            audit.record("reset second factors", user, actor=actor, before=before, reason=reason)
    return len(kinds)


def _are_required() -> bool:
    return bool(settings.ADMIN_TWO_FACTOR == "required")


def _is_grave(right: str) -> bool:
    verb = right.partition(".")[2]
    return not verb.startswith("view_") or verb == "view_recipient"
