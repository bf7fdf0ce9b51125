"""Who belongs to a service's team, and what they may do for it."""

from collections.abc import Iterable

from django.db import transaction

from notify_project import audit
from notify_project.api.errors import ApiError, Forbidden
from services.models import MemberPermission, Service, ServiceUser, User
from services.read_models import forget_service

EVERY_PERMISSION = tuple(MemberPermission.Name.values)


class InvalidMember(ApiError):
    """A membership that cannot be saved."""


def add_member(
    service: Service, user: User, *, actor: User | None, permissions: Iterable[str] = ()
) -> bool:
    """Add a person to a team, and return whether that was new.

    Args:
        service: whose team.
        user: who; of a member already there the permissions stay.
        actor: who asked for it.
        permissions: what the person may do.

    Raises:
        InvalidMember: there is no such permission.
    """
    words = _known(permissions)
    with transaction.atomic():
        _, is_new = ServiceUser.objects.get_or_create(service=service, user=user)
        if is_new:
            _grant(service, user, words)
            after = {"user": str(user.id), "permissions": words}
            audit.record("add member", service, actor=actor, service_id=service.id, after=after)
            forget_service(service.id)
    return is_new


def set_member_permissions(
    service: Service, user: User, permissions: Iterable[str], *, actor: User | None
) -> bool:
    """Let a member do exactly this, and return whether that is a change.

    Raises:
        InvalidMember: the person is no member, or there is no such permission.
        Forbidden: somebody wants to give themselves more than they have.
    """
    words = _known(permissions)
    with transaction.atomic():
        if not ServiceUser.objects.select_for_update().filter(service=service, user=user).exists():
            raise InvalidMember("The person is not in the team")
        rows = MemberPermission.objects.filter(service=service, user=user)
        held = sorted(rows.values_list("permission", flat=True))
        if held == words:
            return False
        if actor == user and not user.platform_admin and set(words) - set(held):
            raise Forbidden("Nobody gives themselves permissions: ask somebody else")
        rows.delete()
        _grant(service, user, words)
        audit.record(
            "change member",
            service,
            actor=actor,
            service_id=service.id,
            before={"user": str(user.id), "permissions": held},
            after={"user": str(user.id), "permissions": words},
        )
    return True


def remove_member(service: Service, user: User, *, actor: User | None) -> bool:
    """Remove a person from a team, and return whether they were in it."""
    with transaction.atomic():
        removed, _ = ServiceUser.objects.filter(service=service, user=user).delete()
        if removed:
            MemberPermission.objects.filter(service=service, user=user).delete()
            before = {"user": str(user.id)}
            audit.record(
                "remove member", service, actor=actor, service_id=service.id, before=before
            )
            forget_service(service.id)
    return bool(removed)


def forget_member(user: User) -> None:
    """Drop what is remembered of a person's services: call when the person has changed."""
    for service_id in user.memberships.values_list("service_id", flat=True):
        forget_service(service_id)


def _known(permissions: Iterable[str]) -> list[str]:
    words = sorted(set(permissions))
    for word in words:
        if word not in EVERY_PERMISSION:
            raise InvalidMember(f"{word} is not a permission")
    return words


def _grant(service: Service, user: User, words: Iterable[str]) -> None:
    MemberPermission.objects.bulk_create(
        MemberPermission(service=service, user=user, permission=word) for word in words
    )
