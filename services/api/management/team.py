"""The people of a service's team, and what each may do."""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from rest_framework import mixins, serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from services import members
from services.api.management.viewsets import ByKey, Reads, ServiceOwnedViewSet
from services.models import MemberPermission, ServiceUser, User


class MemberSerializer(serializers.Serializer[ServiceUser]):
    """A member: found by the person's id, added by their address."""

    id = serializers.UUIDField(source="user_id", read_only=True)
    name = serializers.CharField(source="user.name", read_only=True)
    email_address = serializers.EmailField(source="user.email_address")
    state = serializers.CharField(source="user.state", read_only=True)
    permissions = serializers.ListField(
        child=serializers.ChoiceField(choices=MemberPermission.Name.choices)
    )

    def to_representation(self, instance: ServiceUser) -> dict[str, Any]:
        """Show a person and their permissions."""
        return {
            "id": str(instance.user_id),
            "name": instance.user.name,
            "email_address": instance.user.email_address,
            "state": instance.user.state,
            "permissions": instance.held,  # type: ignore[attr-defined]  # of the query alone
        }


# Asked for with the members: a page of them is one question.
HELD = ArraySubquery(
    MemberPermission.objects.filter(service=OuterRef("service"), user=OuterRef("user"))
    .order_by("permission")
    .values("permission")
)


class ByMember(ByKey):
    """Members in the order in which they came."""

    ordering = ("id",)


class MemberViewSet(Reads, mixins.CreateModelMixin, mixins.DestroyModelMixin, ServiceOwnedViewSet):
    """Who belongs to the team."""

    names = ("a member", "the members of the team")
    queryset = ServiceUser.objects.select_related("user").annotate(held=HELD)
    serializer_class = MemberSerializer
    pagination_class = ByMember
    lookup_field = "user_id"
    access = {"read": "member", "write": "manage_users"}

    def create(self, request: Request, *_: Any, **__: Any) -> Response:
        """Add a person who has an account."""
        wanted = self._valid(request)
        address = wanted["user"]["email_address"].strip().lower()
        user = User.objects.filter(email_address=address).first()
        if user is None:
            raise ValidationError({"email_address": ["There is no person with this address"]})
        permissions = wanted["permissions"]
        if not members.add_member(self.service, user, actor=self.actor, permissions=permissions):
            raise ValidationError({"email_address": ["The person is in the team already"]})
        return Response(self.shown(self._of(user)), status=201)

    def partial_update(self, request: Request, *_: Any, **__: Any) -> Response:
        """Let a person do exactly what is given."""
        row = self.get_object()
        permissions = self._valid(request, partial=True).get("permissions")
        if permissions is not None:
            members.set_member_permissions(self.service, row.user, permissions, actor=self.actor)
        return Response(self.shown(self._of(row.user)))

    def perform_destroy(self, instance: ServiceUser) -> None:
        """Remove a person from the team."""
        members.remove_member(self.service, instance.user, actor=self.actor)

    def _valid(self, request: Request, *, partial: bool = False) -> dict[str, Any]:
        serializer = self.get_serializer(data=request.data, partial=partial)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def _of(self, user: User) -> ServiceUser:
        rows: QuerySet[ServiceUser] = self.get_queryset()
        return rows.get(user=user)
