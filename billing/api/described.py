"""How answers about money are described; amounts are pounds."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers
from rest_framework.fields import Field

Fields = dict[str, Field[Any, Any, Any, Any]]

YEAR = OpenApiParameter(
    "year", int, required=True, description="The financial year, by the year it begins in."
)
START = OpenApiParameter("start_date", OpenApiTypes.DATE, description="A London day.")
END = OpenApiParameter("end_date", OpenApiTypes.DATE, description="The last London day.")
DAY = OpenApiParameter("day", OpenApiTypes.DATE, description="One London day.")


def _many(name: str, fields: Fields) -> serializers.Serializer[Any]:
    return inline_serializer(name, fields, many=True)


def _line(**more: Field[Any, Any, Any, Any]) -> Fields:
    return {
        **more,
        "notification_type": serializers.CharField(help_text="sms, email or letter."),
        "rate": serializers.FloatField(),
        "notifications_sent": serializers.IntegerField(),
        "chargeable_units": serializers.IntegerField(
            help_text="Fragments times the multiplier of the country, or letters."
        ),
        "free_allowance_used": serializers.IntegerField(),
        "charged_units": serializers.IntegerField(),
        "cost": serializers.FloatField(),
        "billing_units": serializers.IntegerField(),
    }


YEARLY = _many("UsageOfYear", _line(letter_total=serializers.FloatField()))
MONTHLY = _many(
    "UsageOfMonth",
    _line(
        month=serializers.CharField(help_text="The month's English name."),
        postage=serializers.CharField(help_text="none of texts."),
    ),
)
LETTERS = _many(
    "LettersOfDays",
    {
        "postage": serializers.CharField(),
        "sheets": serializers.IntegerField(),
        "rate": serializers.FloatField(allow_null=True),
        "letters": serializers.IntegerField(),
        "cost": serializers.FloatField(allow_null=True),
    },
)


def _expected() -> Fields:
    return {
        "starts_on": serializers.DateField(),
        "ends_on": serializers.DateField(),
        "spent": serializers.FloatField(),
        "expected": serializers.FloatField(),
        "budget": serializers.FloatField(allow_null=True),
    }


FORECAST = inline_serializer(
    "Forecast",
    {
        "month": inline_serializer("ForecastOfMonth", _expected()),
        "year": inline_serializer("ForecastOfYear", _expected()),
        "free_sms_fragment_limit": serializers.IntegerField(),
        "allowance_used_up_on": serializers.DateField(allow_null=True),
    },
)
EXPLANATION = inline_serializer(
    "Explanation",
    {
        "messages": _many(
            "ChargedMessage",
            {
                "id": serializers.UUIDField(),
                "day": serializers.DateField(),
                "status": serializers.CharField(),
                "billable_units": serializers.IntegerField(),
                "chargeable_units": serializers.IntegerField(),
                "cost_without_allowance": serializers.FloatField(),
                "counted_as": serializers.DictField(allow_null=True),
            },
        )
    },
)
EXPLAINED_BY = [
    OpenApiParameter("notification_type", str, required=True, enum=["email", "sms", "letter"]),
    DAY,
    START,
    END,
    OpenApiParameter("template_id", OpenApiTypes.UUID),
    OpenApiParameter("postage", str),
    OpenApiParameter("rate", str, description="Pounds, exactly: 0.0240."),
    OpenApiParameter(
        "older_than", OpenApiTypes.UUID, description="The last message of the page before."
    ),
]
ALLOWANCE = inline_serializer(
    "Allowance",
    {
        "financial_year_start": serializers.IntegerField(),
        "free_sms_fragment_limit": serializers.IntegerField(),
    },
)
NEW_ALLOWANCE = inline_serializer(
    "NewAllowance", {"free_sms_fragment_limit": serializers.IntegerField(min_value=0)}
)


def _budget(pounds: Field[Any, Any, Any, Any]) -> Fields:
    return {"period": serializers.CharField(help_text="month or year."), "pounds": pounds}


BUDGETS = _many("Budget", _budget(serializers.FloatField()))
NEW_BUDGET = inline_serializer(
    "NewBudget",
    _budget(serializers.CharField(allow_null=True, help_text='As a text: "12.50"; null ends it.')),
)
TEXT_PRICE = inline_serializer(
    "TextPriceOfToday",
    {"rate": serializers.FloatField(), "valid_from": serializers.DateTimeField()},
)
LETTER_PRICES = _many(
    "LetterPriceOfToday",
    {
        "sheet_count": serializers.IntegerField(),
        "start_date": serializers.DateTimeField(),
        "rate": serializers.CharField(),
        "post_class": serializers.CharField(),
    },
)
