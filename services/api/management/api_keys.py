"""API keys of a service."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ModelSerializer

from services import api_keys
from services.api.management.viewsets import Reads, ServiceOwnedViewSet
from services.models import ApiKey


class ApiKeySerializer(ModelSerializer[ApiKey]):
    """A key; its secret is in the answer that issues it, and nowhere else."""

    class Meta:
        model = ApiKey
        fields = ["id", "name", "key_type", "expiry_date", "created_at", "version"]
        read_only_fields = ["expiry_date", "created_at", "version"]


class IssuedKeySerializer(ApiKeySerializer):
    """A key that was issued just now."""

    key = serializers.CharField(read_only=True, help_text="Shown once.")

    class Meta(ApiKeySerializer.Meta):
        fields = [*ApiKeySerializer.Meta.fields, "key"]


class ApiKeyViewSet(Reads, mixins.CreateModelMixin, ServiceOwnedViewSet):
    """The keys with which programs of the service call the API."""

    names = ("an API key", "API keys")
    queryset = ApiKey.objects.all()
    serializer_class = ApiKeySerializer
    filterset_fields = ["key_type"]
    access = {"read": "manage_api_keys", "write": "manage_api_keys"}

    @extend_schema(responses={201: IssuedKeySerializer})
    def create(self, request: Request, *_: Any, **__: Any) -> Response:
        """Issue a key; the answer shows it, this once."""
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        issued = api_keys.issue(self.service, actor=self.actor, **serializer.validated_data)
        return Response({**self.shown(issued.key), "key": issued.shown_once}, status=201)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"], url_path="revoke")
    def revoke(self, request: Request, **_: Any) -> Response:
        """Revoke a key at once and for good."""
        del request
        return Response(self.shown(api_keys.revoke(self.get_object(), actor=self.actor)))
