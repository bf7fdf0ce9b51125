"""Organisations."""

from rest_framework import mixins
from rest_framework.serializers import BaseSerializer, ModelSerializer

from notify_project import clock
from services.api.management.viewsets import ManagementViewSet, Reads
from services.models import Organisation


class OrganisationSerializer(ModelSerializer[Organisation]):
    """An organisation."""

    class Meta:
        model = Organisation
        fields = ["id", "name", "active", "organisation_type", "created_at", "updated_at"]
        read_only_fields = ["created_at", "updated_at"]


class OrganisationViewSet(
    Reads, mixins.CreateModelMixin, mixins.UpdateModelMixin, ManagementViewSet
):
    """The bodies that run services; support staff alone see and change them."""

    names = ("an organisation", "organisations")
    queryset = Organisation.objects.all()
    serializer_class = OrganisationSerializer
    filterset_fields = ["active", "organisation_type", "name"]
    access = {"read": "platform", "write": "platform"}

    def perform_create(self, serializer: BaseSerializer[Organisation]) -> None:
        """Create an organisation."""
        self.audited(serializer, "create organisation")

    def perform_update(self, serializer: BaseSerializer[Organisation]) -> None:
        """Change an organisation."""
        self.audited(serializer, "change organisation", updated_at=clock.now())
