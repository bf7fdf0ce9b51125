"""Changes of templates: proposed, reviewed, published; and what differs between versions."""

from typing import Any, ClassVar

from django_filters.rest_framework import FilterSet, UUIDFilter
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from notify_project.api.errors import NoResultFound
from services.api.management.viewsets import (
    MEMBER,
    Reads,
    ServiceOwnedViewSet,
    get_or_refuse,
)
from templates_app.api.management.change_serializers import (
    ApprovalSerializer,
    ChangeInFullSerializer,
    ChangeSerializer,
    DifferenceSerializer,
    DraftSerializer,
    ProposalSerializer,
    RefusalSerializer,
)
from templates_app.changes import proposing, publishing, reviewing
from templates_app.differences import differences, values_of
from templates_app.models import Template, TemplateChange, TemplateHistory

_IN_FULL = {200: ChangeInFullSerializer}


class ChangeFilter(FilterSet):  # type: ignore[misc]  # the library has no types
    """Which changes are listed."""

    template = UUIDFilter(field_name="template_id")

    class Meta:
        model = TemplateChange
        fields = ["state", "kind"]


class TemplateChangeViewSet(Reads, mixins.CreateModelMixin, ServiceOwnedViewSet):
    """Changes of templates, from the draft to the version they become.

    If the service asks for it, a second person approves each.
    """

    names = ("a change of a template", "changes of templates")
    queryset = TemplateChange.objects.select_related("template", "service")
    serializer_class = ChangeInFullSerializer
    serializers_of_actions: ClassVar[dict[str, type[serializers.BaseSerializer[Any]]]] = {
        "list": ChangeSerializer,
        "create": ProposalSerializer,
        "partial_update": DraftSerializer,
        "approve": ApprovalSerializer,
        "refuse": RefusalSerializer,
    }
    filterset_class = ChangeFilter
    access = {"read": MEMBER, "write": "manage_templates"}

    def get_serializer_class(self) -> type[serializers.BaseSerializer[Any]]:
        """Return how the action's body is read, or its answer shown."""
        return self.serializers_of_actions.get(self.action, ChangeInFullSerializer)

    @extend_schema(request=ProposalSerializer, responses={201: ChangeInFullSerializer})
    def create(self, request: Request, *_: Any, **__: Any) -> Response:
        """Propose a change: a draft, which nobody has to look at yet."""
        wanted = self._valid(request)
        template_id = wanted.pop("template", None)
        rows = Template.objects.filter(service=self.service, hidden=False)
        template = get_or_refuse(rows, id=template_id) if template_id else None
        values = wanted.pop("proposed", None)
        version = wanted.pop("restore_version", None)
        if version is not None:
            if values is not None or template is None:
                wrong = "It takes the place of proposed values of a template that is there"
                raise ValidationError({"restore_version": [wrong]})
            values = proposing.restored_values(template, version)
        row = proposing.propose(
            self.service, actor=self.actor, template=template, values=values, **wanted
        )
        return Response(self.shown(row), status=201)

    @extend_schema(request=DraftSerializer, responses=_IN_FULL)
    def partial_update(self, request: Request, *_: Any, **__: Any) -> Response:
        """Edit a draft; proposed values that are not given stay."""
        wanted = self._valid(request)
        if "proposed" in wanted:
            wanted["values"] = wanted.pop("proposed")
        return self._answer(proposing.edit(self.get_object(), actor=self.actor, **wanted))

    @extend_schema(request=None, responses=_IN_FULL)
    @action(detail=True, methods=["post"], url_path="submit")
    def submit(self, request: Request, **_: Any) -> Response:
        """Hand a draft in for review; from then on it stays as it is."""
        del request
        return self._answer(proposing.submit(self.get_object(), actor=self.actor))

    @extend_schema(request=ApprovalSerializer, responses=_IN_FULL)
    @action(detail=True, methods=["post"], url_path="approve")
    def approve(self, request: Request, **_: Any) -> Response:
        """Approve what is in review: it is published now, or when its start comes."""
        wanted = self._valid(request)
        return self._answer(reviewing.approve(self.get_object(), actor=self.actor, **wanted))

    @extend_schema(request=RefusalSerializer, responses=_IN_FULL)
    @action(detail=True, methods=["post"], url_path="refuse")
    def refuse(self, request: Request, **_: Any) -> Response:
        """Refuse what is in review, and say why."""
        wanted = self._valid(request)
        return self._answer(reviewing.refuse(self.get_object(), actor=self.actor, **wanted))

    @extend_schema(request=None, responses=_IN_FULL)
    @action(detail=True, methods=["post"], url_path="withdraw")
    def withdraw(self, request: Request, **_: Any) -> Response:
        """Take a change back before it is published."""
        del request
        return self._answer(reviewing.withdraw(self.get_object(), actor=self.actor))

    @extend_schema(request=None, responses=_IN_FULL)
    @action(detail=True, methods=["post"], url_path="publish")
    def publish(self, request: Request, **_: Any) -> Response:
        """Publish a draft that needs no review: now, or when its start comes."""
        del request
        return self._answer(publishing.publish(self.get_object(), actor=self.actor))

    def shown(self, row: TemplateChange) -> dict[str, Any]:
        """Return a change with what it does."""
        return dict(ChangeInFullSerializer(row, context=self.get_serializer_context()).data)

    def _valid(self, request: Request) -> dict[str, Any]:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def _answer(self, row: TemplateChange) -> Response:
        return Response(self.shown(row))


class VersionDifferencesSerializer(serializers.Serializer[Any]):
    """Two versions, and what differs between them."""

    differences = DifferenceSerializer(many=True)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Name the versions as the query does."""
        numbers = {name: serializers.IntegerField() for name in ("from", "to")}
        return {**numbers, **super().get_fields()}


class VersionsQuery(serializers.Serializer[Any]):
    """Which versions are compared."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Ask for two numbers, of which one has a name that no attribute can have."""
        return {
            name: serializers.IntegerField(min_value=1, max_value=2**31 - 1)
            for name in ("from", "to")
        }


class TemplateVersionsViewSet(ServiceOwnedViewSet):
    """What differs between the versions of a template."""

    names = ("what differs between two versions", "what differs between versions")
    queryset = Template.objects.filter(hidden=False)
    serializer_class = VersionDifferencesSerializer
    access = {"read": MEMBER, "write": "manage_templates"}

    @extend_schema(
        parameters=[
            OpenApiParameter("from", int, required=True),
            OpenApiParameter("to", int, required=True),
        ]
    )
    def diff(self, request: Request, template_id: Any, **_: Any) -> Response:
        """Compare two versions of a template, its texts word by word."""
        query = VersionsQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        numbers = query.validated_data
        template = get_or_refuse(self.get_queryset(), id=template_id)
        rows = TemplateHistory.objects.filter(id=template.id, version__in=numbers.values())
        found = {row.version: values_of(row) for row in rows}
        if found.keys() != set(numbers.values()):
            raise NoResultFound
        different = differences(found[numbers["from"]], found[numbers["to"]])
        shown = DifferenceSerializer(different, many=True).data
        return Response({**numbers, "differences": shown})
