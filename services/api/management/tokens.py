"""A person's own tokens for this API."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ModelSerializer

from notify_project.api.errors import Forbidden
from services import personal_tokens
from services.api.management.viewsets import MEMBER, ManagementViewSet, Reads, get_or_refuse
from services.models import PersonalToken


class PersonalTokenSerializer(ModelSerializer[PersonalToken]):
    """A token; its secret is in the answer that issues it, and nowhere else."""

    service = serializers.UUIDField(source="service_id", allow_null=True, default=None)
    days = serializers.IntegerField(write_only=True, default=90, min_value=1, max_value=365)

    class Meta:
        model = PersonalToken
        fields = [
            *("id", "name", "scope", "service", "days"),
            *("created_at", "expires_at", "revoked_at"),
        ]
        read_only_fields = ["created_at", "expires_at", "revoked_at"]
        # Whether a name is free is asked where the token is issued.
        validators: list[Any] = []


class IssuedTokenSerializer(PersonalTokenSerializer):
    """A token that was issued just now."""

    token = serializers.CharField(read_only=True, help_text="Shown once.")

    class Meta(PersonalTokenSerializer.Meta):
        fields = [*PersonalTokenSerializer.Meta.fields, "token"]


class PersonalTokenViewSet(
    Reads, mixins.CreateModelMixin, mixins.DestroyModelMixin, ManagementViewSet
):
    """The caller's own tokens."""

    names = ("a personal token", "personal tokens")
    asks_no_right = True
    queryset = PersonalToken.objects.all()
    serializer_class = PersonalTokenSerializer
    access = {"read": MEMBER, "write": MEMBER}

    def get_queryset(self) -> QuerySet[PersonalToken]:
        """Return the caller's tokens."""
        rows: QuerySet[PersonalToken] = super().get_queryset()
        return rows.filter(user=self.actor) if self.actor else rows.none()

    @extend_schema(responses={201: IssuedTokenSerializer})
    def create(self, request: Request, *_: Any, **__: Any) -> Response:
        """Issue a token that may do no more than the caller; the answer shows it, this once."""
        if self.actor is None:
            raise Forbidden("A program has no tokens of its own")
        if self.principal.service_id is not None:
            raise Forbidden("A token of one service cannot issue others")
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        wanted = dict(serializer.validated_data)
        service_id = wanted.pop("service_id")
        service = get_or_refuse(self.principal.services(), id=service_id) if service_id else None
        issued = personal_tokens.issue(self.actor, actor=self.actor, service=service, **wanted)
        return Response({**self.shown(issued.token), "token": issued.shown_once}, status=201)

    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Revoke a token at once and for good."""
        return super().destroy(request, *args, **kwargs)

    def perform_destroy(self, instance: PersonalToken) -> None:
        """Revoke a token at once and for good."""
        personal_tokens.revoke(instance, actor=self.actor)
