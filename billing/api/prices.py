"""Prices: those of today, and all there are."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import mixins
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ModelSerializer

from billing.api import described
from billing.models import LetterRate, Rate
from billing.rates import letter_rates_of_today, text_rate_of_today
from notify_project.api.errors import NoResultFound
from notify_project.clock import api_time
from services.api.management.viewsets import MEMBER, ByKey, ManagementViewSet


class RateViewSet(ManagementViewSet):
    """The prices of today."""

    names = ("a price", "prices")
    access = {"read": MEMBER}
    pagination_class = None
    filter_backends = []

    @extend_schema(responses=described.LETTER_PRICES)
    def letters(self, request: Request, **_: Any) -> Response:
        """Show what letters cost today, by sheets, rate and class."""
        del request
        return Response(
            [
                {
                    "sheet_count": row.sheet_count,
                    "start_date": api_time(row.start_date),
                    "rate": _short(row.rate),
                    "post_class": row.post_class,
                }
                for row in letter_rates_of_today()
            ]
        )

    @extend_schema(responses=described.TEXT_PRICE)
    def text(self, request: Request, **_: Any) -> Response:
        """Show what a fragment of a text costs today, and since when."""
        del request
        row = text_rate_of_today()
        if row is None:
            raise NoResultFound
        return Response({"rate": row.rate, "valid_from": api_time(row.valid_from)})


class TextPriceSerializer(ModelSerializer[Rate]):
    """What a fragment costs, in pounds, from a London midnight on."""

    class Meta:
        model = Rate
        fields = ["id", "rate", "valid_from"]


class _FromNewestTexts(ByKey):
    ordering = ("-valid_from", "-id")


class TextPriceViewSet(mixins.ListModelMixin, ManagementViewSet):
    """What a fragment cost, costs and will cost: a price holds until the next one begins."""

    names = ("a price of texts", "prices of texts")
    queryset = Rate.objects.all()
    serializer_class = TextPriceSerializer
    pagination_class = _FromNewestTexts
    access = {"read": MEMBER}


class LetterPriceSerializer(ModelSerializer[LetterRate]):
    """What a letter costs, in pounds, between London midnights."""

    class Meta:
        model = LetterRate
        fields = ["id", "post_class", "sheet_count", "crown", "rate", "start_date", "end_date"]


class _FromNewestLetters(ByKey):
    ordering = ("-start_date", "-id")


class LetterPriceViewSet(mixins.ListModelMixin, ManagementViewSet):
    """What letters cost, cost once and will cost, by class of postage, sheets and sender."""

    names = ("a price of letters", "prices of letters")
    queryset = LetterRate.objects.all()
    serializer_class = LetterPriceSerializer
    pagination_class = _FromNewestLetters
    filterset_fields = ["post_class", "sheet_count", "crown"]
    access = {"read": MEMBER}


def _short(rate: Any) -> str:
    """Return a price as people write it: two places, or as many as it needs."""
    pounds, _, rest = f"{rate:f}".partition(".")
    return f"{pounds}.{rest.rstrip('0').ljust(2, '0')}"
