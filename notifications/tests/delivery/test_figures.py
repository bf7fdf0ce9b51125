from datetime import UTC, datetime, timedelta

import pytest

from notifications.delivery.figures import Period, last_hours, last_minutes
from notifications.models import ProviderFigures
from notifications.tests.factories import ProviderDetailsFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 10, 12, 30, tzinfo=UTC)


def called(provider, *, ago, calls=10, errors=0, unknown=0, seconds=1.0):
    ProviderFigures.objects.create(
        provider=provider,
        at=NOW - ago,
        calls=calls,
        errors=errors,
        unknown=unknown,
        seconds=seconds,
    )


@pytest.fixture
def mmg():
    return ProviderDetailsFactory(identifier="mmg")


def test_figures_are_summed_by_minute_newest_first(mmg):
    called(mmg, ago=timedelta(seconds=80), errors=2, seconds=3.0)
    called(mmg, ago=timedelta(seconds=70), unknown=1, seconds=1.0)
    called(mmg, ago=timedelta(minutes=5))

    assert last_minutes(mmg, NOW) == [
        Period(NOW - timedelta(minutes=2), 20, 2, 1, 0.2, 1.0),
        Period(NOW - timedelta(minutes=5), 10, 0, 0, 0.1, 1.0),
    ]


def test_a_share_is_of_all_calls_of_the_channel(mmg):
    called(mmg, ago=timedelta(minutes=1), calls=30)
    called(ProviderDetailsFactory(identifier="other"), ago=timedelta(minutes=1), calls=10)
    email = ProviderDetailsFactory(identifier="smtp", notification_type="email")
    called(email, ago=timedelta(minutes=1), calls=100)

    [period] = last_minutes(mmg, NOW)

    assert (period.calls, period.share) == (30, 0.75)


def test_what_is_older_is_only_in_the_hours(mmg):
    called(mmg, ago=timedelta(hours=3))
    called(mmg, ago=timedelta(hours=49))

    assert last_minutes(mmg, NOW) == []
    assert [period.at for period in last_hours(mmg, NOW)] == [NOW.replace(hour=9, minute=0)]


def test_figures_cost_one_query(mmg, django_assert_num_queries):
    for minutes in range(1, 20):
        called(mmg, ago=timedelta(minutes=minutes))

    with django_assert_num_queries(1):
        assert len(last_minutes(mmg, NOW)) == 19
