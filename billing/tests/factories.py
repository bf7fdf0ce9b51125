"""The smallest valid rows of the billing app."""

from datetime import date
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from billing.models import LetterRate, Rate
from notify_project.clock import london_midnight


class RateFactory(DjangoModelFactory):
    """A price of texts from a London day on."""

    class Meta:
        model = Rate

    class Params:
        day = date(2001, 1, 1)

    rate = Decimal("0.01")
    valid_from = factory.LazyAttribute(lambda o: london_midnight(o.day))


class LetterRateFactory(DjangoModelFactory):
    """A price of letters of one sheet from a London day on."""

    class Meta:
        model = LetterRate

    class Params:
        day = date(2001, 1, 1)

    rate = Decimal("0.5")
    sheet_count = 1
    crown = True
    post_class = "second"
    start_date = factory.LazyAttribute(lambda o: london_midnight(o.day))
