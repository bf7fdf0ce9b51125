"""Who has which role: given and taken by people who have it themselves, with a reason."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from django.db import transaction

from notify_project import audit, clock
from notify_project.api.errors import ApiError, Forbidden
from services.models import User
from services.platform_user import PLATFORM_USER_ID
from services.roles import STAFF_ROLES, Role

LONGEST_HOURS: Final = 24


class InvalidRoles(ApiError):
    """Roles that cannot be given like this."""


def set_roles(person: User, roles: Iterable[str], *, actor: User | None, reason: str) -> bool:
    """Let a person have exactly these roles, and return whether that is a change.

    Raises:
        InvalidRoles: there is no such role, no reason is given, or it is the platform itself.
        Forbidden: it is the actor's own account, or a role that they do not have themselves.
    """
    wanted = _known(roles)
    _require_allowed(person, actor, reason)
    with transaction.atomic():
        row = User.objects.select_for_update(no_key=True).get(id=person.id)
        held = _for_good(row)
        _require_held(set(wanted) ^ set(held), actor)
        if wanted == held:
            return False
        row.roles = wanted
        row.platform_admin = bool(STAFF_ROLES & set(wanted))
        row.is_superuser = row.is_superuser and Role.ADMINISTRATOR in wanted
        if not row.platform_admin:
            row.temporary_roles = {}
        row.updated_at = clock.now()
        row.save(
            update_fields=[
                *("roles", "platform_admin", "is_superuser", "temporary_roles", "updated_at")
            ]
        )
        before, after = {"roles": held}, {"roles": wanted}
        audit.record("change roles", row, actor=actor, before=before, after=after, reason=reason)
    return True


def give_for_a_time(
    person: User, role: str, *, hours: int, actor: User | None, reason: str
) -> None:
    """Give a member of the support staff one more role, which ends by itself.

    Raises:
        InvalidRoles: there is no such role for a time, it is too long, or no reason is given.
        Forbidden: it is the actor's own account, or a role that they do not have themselves.
    """
    if role not in STAFF_ROLES - {Role.ADMINISTRATOR}:
        raise InvalidRoles(f"{role} is no role that is given for a time")
    if not 1 <= hours <= LONGEST_HOURS:
        raise InvalidRoles(f"A role is given for 1 to {LONGEST_HOURS} hours")
    _require_allowed(person, actor, reason)
    _require_held({role}, actor)
    with transaction.atomic():
        row = User.objects.select_for_update(no_key=True).get(id=person.id)
        if not row.platform_admin:
            raise InvalidRoles("Only the support staff has roles for a time")
        now = clock.now()
        end = (now + timedelta(hours=hours)).isoformat()
        row.temporary_roles = _running(row) | {role: end}
        row.updated_at = now
        row.save(update_fields=["temporary_roles", "updated_at"])
        after = {"role": role, "until": end}
        audit.record("give role for a time", row, actor=actor, after=after, reason=reason)


def end_early(person: User, *, actor: User | None, reason: str) -> bool:
    """End all that a person has for a time, and return whether there was anything.

    Raises:
        InvalidRoles: no reason is given.
        Forbidden: a role that the actor does not have themselves.
    """
    if not reason.strip():
        raise InvalidRoles("Say why")
    with transaction.atomic():
        row = User.objects.select_for_update(no_key=True).get(id=person.id)
        running = _running(row)
        if not running:
            return False
        if actor != row:
            _require_held(set(running), actor)
        row.temporary_roles, row.updated_at = {}, clock.now()
        row.save(update_fields=["temporary_roles", "updated_at"])
        audit.record("end role early", row, actor=actor, before=running, reason=reason)
    return True


def may_look_after(actor: User, person: User) -> bool:
    """Tell whether somebody may change a person's account: not one that may do more."""
    mine = actor.held_roles()
    if Role.ADMINISTRATOR in mine or actor == person:
        return True
    return person.held_roles() <= mine and not person.user_permissions.exists()


def _for_good(row: User) -> list[str]:
    held = set(row.roles) | ({Role.ADMINISTRATOR.value} if row.is_superuser else set())
    return sorted(str(role) for role in held)


def _running(row: User) -> dict[str, str]:
    held = row.held_roles()
    return {role: end for role, end in row.temporary_roles.items() if role in held}


def _known(roles: Iterable[str]) -> list[str]:
    words = sorted({str(role) for role in roles})
    for word in words:
        if word not in Role.values:
            raise InvalidRoles(f"{word} is not a role")
    return words


def _require_allowed(person: User, actor: User | None, reason: str) -> None:
    if not reason.strip():
        raise InvalidRoles("Say why")
    if person.id == PLATFORM_USER_ID:
        raise InvalidRoles("This is the platform itself, which nobody changes")
    if actor == person:
        raise Forbidden("Nobody changes their own roles: ask somebody else")
    if actor is not None and not actor.has_perm("services.change_roles"):
        raise Forbidden("Administrators alone say what people may do")


def _require_held(roles: set[str], actor: User | None) -> None:
    """Refuse what somebody does not have for good: what ends by itself is not passed on."""
    if actor is None:
        return
    mine = set(_for_good(actor))
    if Role.ADMINISTRATOR not in mine and roles - mine:
        raise Forbidden("Nobody gives or takes a role that they do not have")
