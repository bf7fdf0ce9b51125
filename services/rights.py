"""Who may do what on the admin site, answered from roles and teams."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Permission
from django.db.models import Q
from django.http import HttpRequest

from services.models import MemberPermission, User
from services.roles import Role, rights_of, rights_of_member
from services.sign_in import sign_in


class RightsBackend(ModelBackend):
    """Signs people in, and adds to what was given to them by hand what their roles give them."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **more: Any,
    ) -> User | None:
        """Return who has this address and this password, and is not locked out."""
        del request
        address = username or more.get("email") or more.get(User.USERNAME_FIELD)
        return sign_in(address, password) if address and password else None

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """Return all that a person may do, by whatever they have it."""
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return set()
        cached: set[str] | None = getattr(user_obj, "_rights", None)
        if cached is None:
            given = super().get_all_permissions(user_obj) if user_obj.is_superuser else None
            cached = set(_by_hand(user_obj) if given is None else given) | _by_roles(user_obj)
            user_obj._rights = cached  # noqa: SLF001 - as Django keeps what it found
        return cached


def _by_hand(user: User) -> set[str]:
    """Return what was given to the person, or to a group of theirs: one question for both."""
    rows = Permission.objects.filter(Q(user=user) | Q(group__user=user)).order_by()
    return {
        f"{app}.{codename}"
        for app, codename in rows.values_list("content_type__app_label", "codename")
    }


def _by_roles(user: User) -> set[str]:
    roles = user.held_roles()
    if Role.ADMINISTRATOR in roles:
        rows = Permission.objects.order_by().values_list("content_type__app_label", "codename")
        return {f"{app}.{codename}" for app, codename in rows}
    rights = set(rights_of(roles))
    if Role.SERVICE_MEMBER in roles and not user.platform_admin:
        rights |= _as_member(user)
    return rights


def _as_member(user: User) -> set[str]:
    """Return what the person may do for each of their services: pages show them together."""
    held: dict[Any, set[str]] = {service_id: set() for service_id in user.own_service_ids()}
    rows = MemberPermission.objects.filter(user=user, service_id__in=held)
    for service_id, permission in rows.values_list("service_id", "permission"):
        held[service_id].add(permission)
    each = [rights_of_member(permissions) for permissions in held.values()]
    return set(frozenset.intersection(*each)) if each else set()
