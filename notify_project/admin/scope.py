"""Whose rows a person sees: support staff all, members of services those of their own services."""

from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

AnyModel = TypeVar("AnyModel", bound=Model)


def is_support(user: Any) -> bool:
    """Tell whether somebody belongs to the support staff, and sees every service."""
    return bool(user.is_active and getattr(user, "platform_admin", False))


def may_see_service(user: Any, service_id: UUID | str | None) -> bool:
    """Tell whether somebody may see what belongs to a service; what they may do is asked apart."""
    if not (user.is_active and user.is_staff):
        return False
    return is_support(user) or str(service_id) in map(str, own_services(user))


def own_services(user: Any) -> frozenset[UUID]:
    """Return the services whose teams somebody is in, asked for once a request."""
    found: frozenset[UUID] | None = getattr(user, "_own_services", None)
    if found is None:
        found = user._own_services = user.own_service_ids()  # noqa: SLF001 - kept with the person
    return found


def scoped(rows: QuerySet[AnyModel], user: Any, path: str | None) -> QuerySet[AnyModel]:
    """Return the rows that somebody may see.

    Args:
        rows: of any table.
        user: who looks.
        path: how a row reaches its service, ``id`` for services; None where only the support
            staff may look.
    """
    if is_support(user):
        return rows
    if path is None or not (user.is_active and user.is_staff):
        return rows.none()
    column = path if path.endswith("id") else f"{path}_id"
    return rows.filter(**{f"{column}__in": own_services(user)})
