"""Who calls the management API, and what they may do."""

from collections.abc import Set
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from services.models import MemberPermission, PersonalToken, Service, User


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller.

    Attributes:
        user: the person; None is a program of the installation.
        scope: whether it may change anything.
        service_id: the only service that it may see, if there is one.
    """

    user: User | None
    scope: str = PersonalToken.Scope.WRITE
    service_id: UUID | None = None

    @property
    def is_platform(self) -> bool:
        """Tell whether the caller runs the installation: support staff, or a program of it."""
        return self.service_id is None and (self.user is None or self.user.platform_admin)

    @property
    def may_write(self) -> bool:
        """Tell whether the caller may change anything."""
        return self.scope == PersonalToken.Scope.WRITE

    def services(self) -> QuerySet[Service]:
        """Return the services that the caller may see."""
        rows = Service.objects.all()
        if self.service_id is not None:
            rows = rows.filter(id=self.service_id)
        if self.user is not None and not self.user.platform_admin:
            rows = rows.filter(members__user=self.user)
        return rows

    def permissions_for(self, service: Service) -> Set[str]:
        """Return what the caller may do for a service that they may see."""
        if self.user is None or self.user.platform_admin:
            return frozenset(MemberPermission.Name.values)
        rows = MemberPermission.objects.filter(service=service, user=self.user)
        return frozenset(rows.values_list("permission", flat=True))
