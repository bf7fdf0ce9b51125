"""People's accounts: all of them for support staff, and each person's own."""

from typing import Any

from django.db.models import QuerySet
from django_filters.rest_framework import CharFilter
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ModelSerializer

from notify_project.api.errors import Forbidden
from notify_project.api.filters import StrictFilterSet
from services import people
from services.accounts.factors import reset_factors
from services.api.management.reasons import NoteSerializer, ReasonSerializer
from services.api.management.team import HELD, ByMember
from services.api.management.viewsets import (
    MEMBER,
    PLATFORM,
    ManagementViewSet,
    Reads,
    get_or_refuse,
)
from services.giving_roles import LONGEST_HOURS, give_for_a_time, set_roles
from services.models import MemberPermission, ServiceUser, User
from services.roles import Role
from services.sign_in import unlock

_OWN = ["name", "mobile_number", "state"]
_NO_PERSON = "A program has no account"


class PersonSerializer(ModelSerializer[User]):
    """A person; nothing of their password is shown."""

    roles = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = [
            *("id", "name", "email_address", "mobile_number", "state", "platform_admin"),
            *("roles", "created_at", "updated_at"),
        ]
        read_only_fields = fields

    def get_roles(self, person: User) -> list[str]:
        """Name the roles that the person has now, those for a time among them."""
        return sorted(person.held_roles())


class NewPersonSerializer(NoteSerializer):
    """A person who has no account yet."""

    name = serializers.CharField(max_length=people.MAX_NAME)
    email_address = serializers.CharField(max_length=320)
    mobile_number = serializers.CharField(
        max_length=people.MAX_NUMBER, required=False, allow_null=True
    )


class ChangedPersonSerializer(ModelSerializer[User]):
    """What changes of a person."""

    class Meta:
        model = User
        fields = _OWN
        extra_kwargs = {name: {"required": False} for name in _OWN}


class StaffSerializer(ReasonSerializer):
    """Whether a person belongs to the support staff."""

    platform_admin = serializers.BooleanField()


class RolesSerializer(ReasonSerializer):
    """All roles of a person."""

    roles = serializers.ListField(child=serializers.ChoiceField(choices=Role.choices))


class RoleForATimeSerializer(ReasonSerializer):
    """One role more, which ends by itself."""

    role = serializers.ChoiceField(choices=Role.choices)
    hours = serializers.IntegerField(min_value=1, max_value=LONGEST_HOURS)


class PersonFilter(StrictFilterSet):
    """Which people are listed."""

    email_address = CharFilter(method="with_address")

    class Meta:
        model = User
        fields = ["state", "platform_admin"]

    def with_address(self, rows: QuerySet[User], _: str, text: str) -> QuerySet[User]:
        """Keep the one with an address; how it is written does not matter."""
        return rows.filter(email_address=text.strip().lower())


class PersonViewSet(Reads, ManagementViewSet):
    """People's accounts, with which they sign in and join teams."""

    names = ("a person", "people")
    queryset = User.objects.all()
    serializer_class = PersonSerializer
    filterset_class = PersonFilter
    rights = {
        "support_staff": "services.change_roles",
        "set_roles": "services.change_roles",
        "role_for_a_time": "services.change_roles",
        "unlock": "services.unlock_user",
        "reset_two_factor": "services.reset_factors",
    }
    access = {"read": PLATFORM, "write": PLATFORM}

    @extend_schema(request=NewPersonSerializer, responses={201: PersonSerializer})
    def create(self, request: Request, **_: Any) -> Response:
        """Make an account; until support staff give it a password or a token, nobody uses it."""
        del request
        person = people.create_person(**self.checked(NewPersonSerializer), actor=self.actor)
        return Response(self.shown(person), status=201)

    @extend_schema(request=ChangedPersonSerializer)
    def partial_update(self, request: Request, **_: Any) -> Response:
        """Change a name, a mobile number or whether the person may sign in.

        An inactive person's sessions and tokens end at once.
        """
        del request
        person = self.get_object()
        wanted = self.checked(ChangedPersonSerializer)
        return Response(self.shown(people.change_person(person, actor=self.actor, **wanted)))

    @extend_schema(request=StaffSerializer)
    @action(detail=True, methods=["post"], url_path="support-staff")
    def support_staff(self, request: Request, **_: Any) -> Response:
        """Say whether a person belongs to the support staff, who may do everything."""
        del request
        person, wanted = self.get_object(), self.checked(StaffSerializer)
        people.set_support_staff(
            person,
            is_staff=wanted["platform_admin"],
            actor=self.actor,
            reason=wanted["reason"],
        )
        person.refresh_from_db()
        return Response(self.shown(person))

    @extend_schema(request=RolesSerializer)
    @action(detail=True, methods=["post"], url_path="roles")
    def set_roles(self, request: Request, **_: Any) -> Response:
        """Let a person have exactly these roles; nobody gives what they do not have."""
        del request
        person, wanted = self.get_object(), self.checked(RolesSerializer)
        set_roles(person, **wanted, actor=self.actor)
        person.refresh_from_db()
        return Response(self.shown(person))

    @extend_schema(request=RoleForATimeSerializer)
    @action(detail=True, methods=["post"], url_path="role-for-a-time")
    def role_for_a_time(self, request: Request, **_: Any) -> Response:
        """Give a member of the support staff one role more, which ends by itself."""
        del request
        person, wanted = self.get_object(), self.checked(RoleForATimeSerializer)
        give_for_a_time(person, **wanted, actor=self.actor)
        person.refresh_from_db()
        return Response(self.shown(person))

    @extend_schema(request=ReasonSerializer)
    @action(detail=True, methods=["post"])
    def unlock(self, request: Request, **_: Any) -> Response:
        """Let a person who failed too often try to sign in again."""
        del request
        person, wanted = self.get_object(), self.checked(ReasonSerializer)
        unlock(person, **wanted, actor=self.actor)
        return Response(self.shown(person))

    @extend_schema(request=ReasonSerializer)
    @action(detail=True, methods=["post"], url_path="reset-two-factor")
    def reset_two_factor(self, request: Request, **_: Any) -> Response:
        """Take second factors from a person who lost them, and sign them out."""
        del request
        person, wanted = self.get_object(), self.checked(ReasonSerializer)
        reset_factors(person, **wanted, actor=self.actor)
        return Response(self.shown(person))


class OwnAccountViewSet(ManagementViewSet):
    """The caller's own account."""

    names = ("the caller's account", "the caller's account")
    asks_no_right = True
    queryset = User.objects.all()
    serializer_class = PersonSerializer
    access = {"read": MEMBER, "write": PLATFORM}

    def retrieve(self, request: Request, **_: Any) -> Response:
        """Show the account of who calls."""
        del request
        if self.actor is None:
            raise Forbidden(_NO_PERSON)
        return Response(self.shown(self.actor))


class MembershipSerializer(serializers.Serializer[ServiceUser]):
    """A service in whose team a person is, and what they may do there."""

    service = serializers.UUIDField(source="service_id")
    name = serializers.CharField(source="service.name")
    active = serializers.BooleanField(source="service.active")
    permissions = serializers.ListField(
        source="held", child=serializers.ChoiceField(choices=MemberPermission.Name.choices)
    )


class MembershipViewSet(mixins.ListModelMixin, ManagementViewSet):
    """The services of a person, with the permissions that they have there."""

    names = ("a service of a person", "the services of a person")
    queryset = ServiceUser.objects.select_related("service").annotate(held=HELD)
    serializer_class = MembershipSerializer
    pagination_class = ByMember
    access = {"read": PLATFORM, "write": PLATFORM}

    def get_queryset(self) -> QuerySet[ServiceUser]:
        """Return the memberships of the person of the path."""
        person = get_or_refuse(User.objects.all(), id=self.kwargs["user_id"])
        rows: QuerySet[ServiceUser] = super().get_queryset()
        return rows.filter(user=person)


class OwnMembershipViewSet(MembershipViewSet):
    """The services of who calls, with the permissions that they have there."""

    names = ("a service of the caller", "the caller's services")
    asks_no_right = True
    access = {"read": MEMBER, "write": PLATFORM}

    def get_queryset(self) -> QuerySet[ServiceUser]:
        """Return the caller's memberships, as far as their token opens them."""
        if self.actor is None:
            raise Forbidden(_NO_PERSON)
        rows = ServiceUser.objects.select_related("service").annotate(held=HELD)
        rows = rows.filter(user=self.actor)
        only = self.principal.service_id
        return rows if only is None else rows.filter(service_id=only)
