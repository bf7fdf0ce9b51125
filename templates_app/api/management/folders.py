"""Folders of templates."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer, ModelSerializer

from services.api.management.viewsets import MEMBER, ByKey, Reads, ServiceOwnedViewSet
from templates_app.api.management.fields import FolderField
from templates_app.folders import MAX_NAME, create_folder, delete_folder, move, rename_folder
from templates_app.models import TemplateFolder

# As many as anybody picks by hand; each is looked up.
MAX_MOVED = 1000


class FolderSerializer(ModelSerializer[TemplateFolder]):
    """A folder."""

    name = serializers.CharField(max_length=MAX_NAME)
    parent = FolderField(required=False)  # type: ignore[assignment]  # DRF has one of its own

    class Meta:
        model = TemplateFolder
        fields = ["id", "name", "parent"]

    def create(self, validated_data: dict[str, Any]) -> TemplateFolder:
        """Make a folder."""
        view, parent = self.context["view"], validated_data.get("parent")
        parent_id = parent.id if parent else None
        return create_folder(
            view.service, validated_data["name"], parent_id=parent_id, actor=view.actor
        )


class FolderNameSerializer(FolderSerializer):
    """A folder's other name."""

    parent = FolderField(read_only=True)

    def update(self, instance: TemplateFolder, validated_data: dict[str, Any]) -> TemplateFolder:
        """Rename a folder."""
        name = validated_data.get("name", instance.name)
        return rename_folder(instance, name, actor=self.context["view"].actor)


class MoveSerializer(serializers.Serializer[Any]):
    """What goes where."""

    into = FolderField(help_text="The folder; null is the top level.")
    folders = serializers.ListField(
        child=serializers.UUIDField(),
        default=list,
        max_length=MAX_MOVED,
        help_text="With all that is in them.",
    )
    templates = serializers.ListField(
        child=serializers.UUIDField(),
        default=list,
        max_length=MAX_MOVED,
        help_text="Archived ones stay where they are.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a move of nothing."""
        if not attrs["folders"] and not attrs["templates"]:
            raise serializers.ValidationError("Name folders or templates that are to be moved")
        return attrs


class _ByName(ByKey):
    ordering = ("name", "id")


class FolderViewSet(Reads, mixins.CreateModelMixin, mixins.DestroyModelMixin, ServiceOwnedViewSet):
    """Where the service keeps its templates: a tree, listed flat."""

    names = ("a folder of templates", "folders of templates")
    queryset = TemplateFolder.objects.all()
    serializer_class = FolderSerializer
    pagination_class = _ByName
    access = {"read": MEMBER, "write": "manage_templates"}

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        """Return what the action takes."""
        taken: dict[str, type[BaseSerializer[Any]]] = {
            "partial_update": FolderNameSerializer,
            "move": MoveSerializer,
        }
        return taken.get(self.action, FolderSerializer)

    def partial_update(self, request: Request, *_: Any, **__: Any) -> Response:
        """Rename a folder."""
        serializer = self.get_serializer(self.get_object(), data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        serializer.save()
        return Response(serializer.data)

    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Delete a folder that is empty."""
        return super().destroy(request, *args, **kwargs)

    def perform_destroy(self, instance: TemplateFolder) -> None:
        """Delete a folder."""
        delete_folder(instance, actor=self.actor)

    @extend_schema(request=MoveSerializer, responses={204: None})
    @action(detail=False, methods=["post"], url_path="move")
    def move(self, request: Request, **_: Any) -> Response:
        """Move folders and templates into a folder, all of them or none."""
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        wanted = serializer.validated_data
        move(
            self.service,
            folder_ids=wanted["folders"],
            template_ids=wanted["templates"],
            into=wanted["into"] and wanted["into"].id,
            actor=self.actor,
        )
        return Response(status=204)
