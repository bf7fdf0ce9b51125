"""Numbers that people can text to: those of the platform, and the one of a service."""

from typing import Any

from django.db.models import QuerySet
from django_filters.rest_framework import ChoiceFilter, FilterSet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ModelSerializer

from services import inbound_numbers
from services.api.management.reasons import NoteSerializer
from services.api.management.viewsets import (
    MEMBER,
    PLATFORM,
    ByKey,
    ManagementViewSet,
    Reads,
    ServiceOwnedViewSet,
    get_or_refuse,
)
from services.models import InboundNumber
from services.models.inbound_number import NUMBER, InboundNumberQuerySet

MOST_AT_ONCE = 500


class InboundNumberSerializer(ModelSerializer[InboundNumber]):
    """A number, who hands on what is texted to it, and the service that has it."""

    class Meta:
        model = InboundNumber
        fields = ["id", "number", "provider", "service", "active", "created_at", "updated_at"]
        read_only_fields = fields


class LoadSerializer(NoteSerializer):
    """Numbers that come to the platform, all of one provider."""

    numbers = serializers.ListField(
        child=serializers.RegexField(
            NUMBER, error_messages={"invalid": "This is not a number like 07700900123."}
        ),
        allow_empty=False,
        max_length=MOST_AT_ONCE,
    )
    provider = serializers.CharField(max_length=50)


class LoadedSerializer(serializers.Serializer[Any]):
    """What came to the platform."""

    data = InboundNumberSerializer(many=True)  # type: ignore[assignment]  # a field of that name


class AllocateSerializer(NoteSerializer):
    """Which number a service gets."""

    number = serializers.CharField(
        max_length=11,
        required=False,
        allow_null=True,
        default=None,
        help_text="Without it, the number that has been free for longest.",
    )


class NumberFilter(FilterSet):  # type: ignore[misc]  # without types
    """Which numbers are listed."""

    state = ChoiceFilter(
        choices=[(word, word) for word in ("free", "taken", "archived")], method="in_state"
    )

    class Meta:
        model = InboundNumber
        fields = ["number", "provider", "service"]

    def in_state(self, rows: InboundNumberQuerySet, _: str, word: str) -> QuerySet[InboundNumber]:
        """Keep what is free, taken or archived."""
        return {"free": rows.free, "taken": rows.taken, "archived": rows.archived}[word]()


class ByNumber(ByKey):
    """Numbers in their own order."""

    ordering = ("number",)


class InboundNumberViewSet(Reads, ManagementViewSet):
    """The platform's numbers; a service can be given one that is free."""

    names = ("a number", "the platform's numbers")
    queryset = InboundNumber.objects.all()
    serializer_class = InboundNumberSerializer
    filterset_class = NumberFilter
    pagination_class = ByNumber
    access = {"read": PLATFORM, "write": PLATFORM}

    @extend_schema(request=LoadSerializer, responses={201: LoadedSerializer})
    def create(self, request: Request, **_: Any) -> Response:
        """Load numbers: all of them, or none if one is wrong or known already."""
        del request
        wanted = self.checked(LoadSerializer)
        rows = inbound_numbers.add_numbers(wanted.pop("numbers"), actor=self.actor, **wanted)
        return Response({"data": [self.shown(row) for row in rows]}, status=201)

    @extend_schema(request=NoteSerializer)
    @action(detail=True, methods=["post"], url_path="archive")
    def archive(self, request: Request, **_: Any) -> Response:
        """Give a number up for good; a service that has it loses it."""
        del request
        row = self.get_object()
        inbound_numbers.archive_number(row, actor=self.actor, **self.checked(NoteSerializer))
        return self._now(row)

    @extend_schema(request=NoteSerializer)
    @action(detail=True, methods=["post"], url_path="release")
    def release(self, request: Request, **_: Any) -> Response:
        """Take a number from the service that has it, which may be archived."""
        del request
        row = self.get_object()
        inbound_numbers.release_number(row, actor=self.actor, **self.checked(NoteSerializer))
        return self._now(row)

    def _now(self, row: InboundNumber) -> Response:
        row.refresh_from_db()
        return Response(self.shown(row))


class ServiceNumberViewSet(ServiceOwnedViewSet):
    """The number that people text to if they want to reach the service."""

    names = ("the service's number", "the service's number")
    queryset = InboundNumber.objects.all()
    serializer_class = InboundNumberSerializer
    access = {"read": MEMBER, "write": PLATFORM}

    def retrieve(self, request: Request, **_: Any) -> Response:
        """Show the service's number, if it has one."""
        del request
        return Response(self.shown(self._held()))

    @extend_schema(request=AllocateSerializer, responses={201: InboundNumberSerializer})
    def allocate(self, request: Request, **_: Any) -> Response:
        """Give the service a number.

        With it come the permission `inbound_sms` and the number as a sender of texts. 409: no
        number is free, or not the one that is named.
        """
        del request
        wanted = self.checked(AllocateSerializer)
        row = inbound_numbers.allocate_number(
            self.service, wanted.pop("number"), actor=self.actor, **wanted
        )
        return Response(self.shown(row), status=201)

    def release(self, request: Request, **_: Any) -> Response:
        """Take the number from the service, with the permission and the sender it came with."""
        del request
        inbound_numbers.release_number(self._held(), actor=self.actor)
        return Response(status=204)

    def _held(self) -> InboundNumber:
        rows: QuerySet[InboundNumber] = self.get_queryset()
        return get_or_refuse(rows)
