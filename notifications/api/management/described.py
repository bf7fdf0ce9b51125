"""How figures are worded, and how that is described."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers
from rest_framework.fields import Field

from notifications.statistics.tallies import Tally

Fields = dict[str, Field[Any, Any, Any, Any]]

YEAR = OpenApiParameter(
    "year", int, required=True, description="The financial year, by the year it begins in."
)
DAYS = [
    OpenApiParameter(name, OpenApiTypes.DATE, required=True, description=f"The {which} London day.")
    for name, which in (("start_date", "first"), ("end_date", "last"))
]


def shown(tally: Tally) -> dict[str, int]:
    """Return what became of some messages."""
    return asdict(tally)


def tallied(tallies: Mapping[str, Tally]) -> dict[str, dict[str, int]]:
    """Return what became of each type of message."""
    return {kind: shown(tally) for kind, tally in tallies.items()}


class TallySerializer(serializers.Serializer[Any]):
    """What became of some messages; others are on their way."""

    requested = serializers.IntegerField()
    delivered = serializers.IntegerField()
    failed = serializers.IntegerField()


class TalliesSerializer(serializers.Serializer[Any]):
    """What became of each type of message."""

    email = TallySerializer()
    sms = TallySerializer()
    letter = TallySerializer()


class PlatformTotalSerializer(TallySerializer):
    """What became of one type of message of all services."""

    statuses = serializers.DictField(child=serializers.IntegerField())
    test_key = serializers.IntegerField(
        help_text="Sent with test keys, beside the others; known as long as they are kept."
    )


class PlatformTotalsSerializer(serializers.Serializer[Any]):
    """What became of each type of message of all services."""

    email = PlatformTotalSerializer()
    sms = PlatformTotalSerializer()
    letter = PlatformTotalSerializer()


def _data(name: str, rows: Fields) -> serializers.Serializer[Any]:
    return inline_serializer(f"{name}s", {"data": inline_serializer(name, rows, many=True)})


def _used() -> Fields:
    return {
        "template_id": serializers.UUIDField(),
        "template_name": serializers.CharField(),
        "template_type": serializers.CharField(help_text="sms, email or letter."),
        "count": serializers.IntegerField(),
    }


STATISTICS = inline_serializer(
    "Statistics",
    {"today": TalliesSerializer(), "today_and_seven_days": TalliesSerializer()},
)
MONTHS = inline_serializer(
    "MonthsOfStatuses",
    {
        "data": serializers.DictField(
            child=serializers.DictField(
                child=serializers.DictField(child=serializers.IntegerField())
            ),
            help_text="Months as YYYY-MM, then types, then statuses that occur.",
        )
    },
)
TEMPLATE_MONTHS = _data(
    "TemplateMonth", {"month": serializers.CharField(help_text="YYYY-MM."), **_used()}
)
TEMPLATES = _data(
    "UsedTemplateOfDay", {**_used(), "is_precompiled_letter": serializers.BooleanField()}
)
LAST_USED = inline_serializer(
    "LastUsed", {"last_date_used": serializers.DateField(allow_null=True)}
)
PROCESSING_TIMES = _data(
    "ProcessingTime",
    {
        "day": serializers.DateField(),
        "messages_total": serializers.IntegerField(),
        "messages_within_10_secs": serializers.IntegerField(),
        "percentage": serializers.FloatField(),
    },
)


class ServiceFiguresSerializer(serializers.Serializer[Any]):
    """A service, and what became of its messages."""

    service_id = serializers.UUIDField()
    service_name = serializers.CharField()
    active = serializers.BooleanField()
    restricted = serializers.BooleanField(help_text="In trial mode.")
    created_at = serializers.DateTimeField()
    statistics = TalliesSerializer()
