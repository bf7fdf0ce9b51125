"""The prices of a London day."""

from datetime import UTC, date, datetime
from decimal import Decimal
from importlib import import_module

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from freezegun import freeze_time

from billing import rates
from billing.models import LetterRate, Rate
from billing.rates import forget_rates, letter_rate_of, sms_rate_of
from billing.tests.factories import LetterRateFactory, RateFactory
from notifications import hooks
from notify_project.clock import london_day, london_midnight

pytestmark = pytest.mark.django_db
starting_prices = import_module("billing.migrations.0003_starting_prices")


@pytest.fixture(autouse=True)
def _no_prices():
    forget_rates()
    Rate.objects.all().delete()
    LetterRate.objects.all().delete()
    yield
    forget_rates()


@pytest.fixture
def seeds():
    starting_prices.insert_prices(apps, connection.schema_editor())


@pytest.mark.parametrize(
    ("created_at", "rate"),
    [
        ("2016-05-17T22:59:59", "0"),
        ("2016-05-17T23:00:00", "0.0165"),
        ("2017-03-31T22:59:59", "0.0165"),
        ("2017-03-31T23:00:00", "0.0158"),
        ("2018-06-15T12:00:00", "0.0158"),
        ("2022-04-30T22:59:00", "0.0161"),
        ("2022-04-30T23:00:00", "0.0172"),
        ("2026-04-01T00:00:00", "0.0240"),
        ("2040-01-01T00:00:00", "0.0240"),
    ],
)
def test_a_text_costs_what_its_london_day_costs(seeds, created_at, rate):
    day = london_day(datetime.fromisoformat(f"{created_at}+00:00"))

    assert sms_rate_of(day) == Decimal(rate)


@pytest.mark.parametrize(
    ("day", "sheets", "postage", "crown", "rate"),
    [
        ("2018-06-15", 1, "second", True, "0.30"),
        ("2018-06-15", 2, "second", True, "0.33"),
        ("2018-06-15", 3, "second", True, "0.36"),
        ("2018-06-15", 1, "second", False, "0.33"),
        ("2018-06-15", 2, "second", False, "0.39"),
        ("2018-06-15", 3, "second", False, "0.45"),
        ("2018-06-15", 3, "second", None, "0.36"),
        ("2018-06-15", 4, "second", True, "0"),
        ("2018-06-15", 0, "second", True, "0"),
        ("2018-06-15", 1, "pigeon", True, "0"),
        ("2018-09-30", 2, "second", True, "0.33"),
        ("2018-10-01", 2, "second", True, "0.35"),
        ("2018-10-05", 3, "first", True, "0.66"),
        ("2026-04-06", 1, "first", False, "1.49"),
        ("2026-04-07", 1, "first", False, "1.56"),
        ("2026-01-05", 5, "economy", True, "0.82"),
        ("2026-05-02", 1, "europe", True, "0.84"),
        ("2026-05-03", 5, "rest-of-world", True, "1.96"),
    ],
)
def test_a_letter_costs_what_its_day_sheets_class_and_body_say(
    seeds, day, sheets, postage, crown, rate
):
    assert letter_rate_of(date.fromisoformat(day), sheets, postage, crown) == Decimal(rate)


def test_six_letters_of_three_kinds_add_up(seeds):
    day = date(2018, 6, 15)
    letters = [1, 1, 1, 2, 2, 3]

    crown, others = (
        sum(letter_rate_of(day, sheets, "second", is_crown) for sheets in letters)
        for is_crown in (True, False)
    )

    assert (crown, others) == (Decimal("1.92"), Decimal("2.22"))


def test_without_prices_everything_costs_nothing():
    day = date(2026, 6, 10)

    assert sms_rate_of(day) == 0
    assert letter_rate_of(day, 1, "second", crown=True) == 0


def test_inserting_the_starting_prices_twice_changes_nothing(seeds):
    before = sorted(map(str, LetterRate.objects.all())), Rate.objects.count()

    starting_prices.insert_prices(apps, connection.schema_editor())

    assert (sorted(map(str, LetterRate.objects.all())), Rate.objects.count()) == before
    assert before[1] == 9


def test_starting_prices_leave_the_prices_of_an_operator(settings):
    RateFactory(day=date(2017, 4, 1), rate=Decimal("0.5"))
    LetterRateFactory(day=date(2017, 1, 1), rate=Decimal("0.7"))

    starting_prices.insert_prices(apps, connection.schema_editor())

    assert sms_rate_of(date(2017, 4, 1)) == Decimal("0.5")
    assert letter_rate_of(date(2018, 6, 15), 1, "second", crown=True) == Decimal("0.7")


@pytest.mark.parametrize("instant", ["2022-05-01T00:00:00", "2022-01-15T12:00:00"])
def test_a_price_that_does_not_start_at_a_london_midnight_is_refused(instant):
    valid_from = datetime.fromisoformat(instant).replace(tzinfo=UTC)

    with pytest.raises(IntegrityError, match="midnight"), transaction.atomic():
        RateFactory(valid_from=valid_from)
    with pytest.raises(IntegrityError, match="start_date_midnight"), transaction.atomic():
        LetterRateFactory(start_date=valid_from)
    with pytest.raises(IntegrityError, match="end_date_midnight"), transaction.atomic():
        LetterRateFactory(end_date=valid_from)


def test_two_prices_of_the_same_letter_at_the_same_time_are_refused():
    LetterRateFactory(day=date(2020, 1, 1), end_date=london_midnight(date(2020, 7, 1)))

    with pytest.raises(IntegrityError, match="ex_letter_rates_one_price"), transaction.atomic():
        LetterRateFactory(day=date(2020, 6, 30))


def test_prices_that_follow_each_other_or_are_of_other_letters_are_accepted():
    LetterRateFactory(day=date(2020, 1, 1), end_date=london_midnight(date(2020, 7, 1)))

    LetterRateFactory(day=date(2020, 7, 1))
    LetterRateFactory(day=date(2020, 1, 1), sheet_count=2)
    LetterRateFactory(day=date(2020, 1, 1), crown=False)
    LetterRateFactory(day=date(2020, 1, 1), post_class="first")

    assert LetterRate.objects.count() == 5


def test_a_day_is_read_once_in_ten_minutes(settings, django_assert_num_queries):
    settings.READ_MODEL_SECONDS = 2.0
    day = date(2026, 6, 10)
    with freeze_time("2026-06-10T12:00:00Z"):
        sms_rate_of(day)
        letter_rate_of(day, 1, "second", crown=True)
    RateFactory(day=day)

    with freeze_time("2026-06-10T12:09:59Z"), django_assert_num_queries(0):
        assert sms_rate_of(day) == 0
        assert letter_rate_of(day, 5, "first", crown=False) == 0
    with freeze_time("2026-06-10T12:10:00Z"), django_assert_num_queries(1):
        assert sms_rate_of(day) == Decimal("0.01")


def test_the_memory_of_days_does_not_grow_without_end(settings):
    settings.READ_MODEL_SECONDS = 2.0

    for day in range(1, 1000):
        sms_rate_of(date.fromordinal(730_000 + day))

    assert len(rates._sms_rates.days) <= 400


def test_the_notifications_app_gets_its_prices_from_here(seeds):
    letter = hooks.LetterPrice(date(2018, 6, 15), sheets=3, postage="second", crown=False)

    assert hooks.sms_rate(date(2018, 6, 15)) == Decimal("0.0158")
    assert hooks.letter_rate(letter) == Decimal("0.45")
