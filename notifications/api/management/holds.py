"""What is held back from being sent: looked at, placed and released by support staff."""

from typing import Any

from django import forms
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ModelSerializer

from notifications.models import Hold
from notifications.support.holding import RIGHTS, hold, release
from notify_project.api.filters import StrictFilterSet, TrueOrFalseFilter
from services.api.management.reasons import ReasonSerializer
from services.api.management.staff_rights import require_right
from services.api.management.viewsets import PLATFORM, ManagementViewSet, Reads


class HoldSerializer(ModelSerializer[Hold]):
    """One subject of which nothing is, or was, handed over."""

    state = serializers.CharField(
        read_only=True,
        help_text="`held`, `coming back` while what was put away is given back, or `released`.",
    )

    class Meta:
        model = Hold
        fields = (
            *("id", "kind", "key", "service_id", "state", "reason", "actor", "created_at"),
            *("released_at", "released_by", "release_reason", "emptied_at"),
        )
        read_only_fields = fields


class NewHoldSerializer(ReasonSerializer):
    """What shall be held, and why."""

    kind = serializers.ChoiceField(choices=Hold.Kind.choices)
    key = serializers.CharField(
        max_length=100,
        help_text="Id of a service or template, name of a lane, identifier of a provider.",
    )


class HoldFilter(StrictFilterSet):
    """Which holds are listed."""

    active = TrueOrFalseFilter(
        field_name="released_at",
        lookup_expr="isnull",
        widget=forms.TextInput,
        help_text="True: what holds now.",
    )

    class Meta:
        model = Hold
        fields = ["kind", "key"]


class HoldViewSet(Reads, ManagementViewSet):
    """Services, templates, lanes and providers of which nothing is handed over."""

    names = ("a hold", "holds")
    queryset = Hold.objects.all()
    serializer_class = HoldSerializer
    filterset_class = HoldFilter
    access = {"read": PLATFORM, "write": PLATFORM}
    # Which right it is depends on what is held.
    rights = {"create": "", "release": ""}

    @extend_schema(request=NewHoldSerializer, responses={201: HoldSerializer})
    def create(self, request: Request, **_: Any) -> Response:
        """Hold a subject: two seconds after the answer no further hand-over of it begins.

        What is accepted waits. Texts and emails end after 72 hours, as always.
        """
        del request
        given = self.checked(NewHoldSerializer)
        require_right(self.actor, RIGHTS[given["kind"]])
        row = hold(given["kind"], given["key"], actor=self.actor, reason=given["reason"])
        return Response(self.shown(row), status=201)

    @extend_schema(request=ReasonSerializer)
    @action(detail=True, methods=["post"])
    def release(self, request: Request, **_: Any) -> Response:
        """Let what is held be sent, the oldest first; workers give back what was put away."""
        del request
        row: Hold = self.get_object()
        require_right(self.actor, RIGHTS[row.kind])
        reason = self.checked(ReasonSerializer)["reason"]
        return Response(self.shown(release(row.kind, row.key, actor=self.actor, reason=reason)))
