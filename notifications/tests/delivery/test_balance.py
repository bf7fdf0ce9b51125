"""Weights over minutes, by a clock that stands still."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from freezegun import freeze_time

from notifications.delivery import balance
from notifications.delivery.calls import Made, Result
from notifications.delivery.health import Tallies
from notifications.delivery.routing import Router
from notifications.models import (
    ProviderDetails,
    ProviderDetailsHistory,
    ProviderFigures,
    ProviderHealth,
)
from notifications.tests.factories import NotificationFactory, ProviderDetailsFactory
from notify_project import clock
from services.platform_user import PLATFORM_USER_ID
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)
RESTING = {"mmg": 51, "firetext": 49}


@pytest.fixture
def rows():
    """Give two providers of texts at rest, and nothing else that is active."""
    ProviderDetails.objects.filter(notification_type="sms").delete()
    return {
        name: ProviderDetailsFactory(identifier=name, priority=weight, resting_priority=weight)
        for name, weight in RESTING.items()
    }


def weights(*names):
    found = ProviderDetails.objects.filter(notification_type="sms")
    by_name = dict(found.values_list("identifier", "priority"))
    return tuple(by_name[name] for name in names or RESTING)


def set_columns(row, **columns):
    ProviderDetails.objects.filter(id=row.id).update(**columns)


def fail(row, *, errors=0, unknown=0, at=NOW):
    ProviderFigures.objects.create(
        provider=row, at=at, calls=errors + unknown, errors=errors, unknown=unknown
    )


def open_circuit(row, *, seconds=60):
    opened_at = NOW - timedelta(seconds=seconds)
    ProviderHealth.objects.create(provider=row, opened_at=opened_at, probe_at=NOW)


class TestErrors:
    def test_fifty_in_a_minute_move_ten(self, rows):
        fail(rows["mmg"], errors=30)
        fail(rows["mmg"], unknown=20, at=NOW - timedelta(seconds=50))

        assert balance.lower_failing(NOW)

        assert weights() == (41, 59)

    @pytest.mark.parametrize(
        ("errors", "age"),
        [(1, 0), (49, 0), (50, 61)],
        ids=["a-single-one", "too-few", "too-old"],
    )
    def test_fewer_or_older_ones_move_nothing(self, rows, errors, age):
        fail(rows["mmg"], errors=errors, at=NOW - timedelta(seconds=age))

        assert not balance.lower_failing(NOW)

        assert weights() == (51, 49)

    def test_a_circuit_that_was_opened_a_moment_ago_moves_nothing(self, rows):
        open_circuit(rows["mmg"], seconds=59)

        assert not balance.lower_failing(NOW)

    def test_an_open_circuit_counts_however_few_messages_there_are(self, rows):
        open_circuit(rows["firetext"])

        balance.lower_failing(NOW)

        assert weights() == (61, 39)

    def test_every_change_is_kept_with_its_reason_and_the_platform_as_its_author(self, rows):
        open_circuit(rows["mmg"])

        balance.lower_failing(NOW)

        ids = [row.id for row in rows.values()]
        changes = ProviderDetailsHistory.objects.filter(id__in=ids, version=2)
        assert set(changes.values_list("priority", "reason", "created_by_id")) == {
            (41, "automatic: its calls fail", PLATFORM_USER_ID),
            (59, "automatic: another provider carries less", PLATFORM_USER_ID),
        }

    @pytest.mark.parametrize("age", [0, 59])
    def test_nothing_moves_within_a_minute_of_a_change(self, rows, age):
        open_circuit(rows["mmg"])
        set_columns(rows["firetext"], updated_at=NOW - timedelta(seconds=age))

        assert not balance.lower_failing(NOW)

    def test_nothing_moves_when_all_fail(self, rows):
        for row in rows.values():
            open_circuit(row)

        assert not balance.lower_failing(NOW)

    def test_nothing_moves_while_automation_is_paused(self, rows):
        open_circuit(rows["mmg"])
        set_columns(rows["firetext"], automation_paused_until=NOW + timedelta(seconds=1))

        assert not balance.lower_failing(NOW)
        assert balance.lower_failing(NOW + timedelta(seconds=1))

    def test_nothing_moves_where_one_provider_is_active(self, rows):
        open_circuit(rows["mmg"])
        set_columns(rows["firetext"], active=False)

        assert not balance.lower_failing(NOW)

    @pytest.mark.django_db(transaction=True)
    def test_figures_are_written_while_weights_are_locked(self, rows):
        def write():
            try:
                fail(rows["mmg"], errors=1)
            finally:
                connection.close()

        with transaction.atomic(), ThreadPoolExecutor(1) as pool:
            balance._locked(NOW, timedelta(0))
            pool.submit(write).result(timeout=3)

        assert ProviderFigures.objects.count() == 1

    @pytest.mark.django_db(transaction=True)
    def test_of_two_that_move_weight_at_once_one_does(self, rows):
        open_circuit(rows["mmg"])

        def lower(_):
            try:
                return balance.lower_failing(clock.now())
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(lower, range(2))) == [False, True]

        assert weights() == (41, 59)

    def test_weights_stay_between_zero_and_a_hundred(self, rows):
        open_circuit(rows["mmg"])
        set_columns(rows["mmg"], priority=4)
        set_columns(rows["firetext"], priority=99)

        balance.lower_failing(NOW)

        assert weights() == (0, 100)

    def test_what_one_loses_is_shared_by_all_others(self, rows):
        ProviderDetailsFactory(identifier="third", priority=10)
        ProviderDetailsFactory(identifier="fourth", priority=10)
        open_circuit(rows["mmg"])

        balance.lower_failing(NOW)

        after = weights("mmg", "firetext", "third", "fourth")
        assert (after[0], sum(after)) == (41, 51 + 49 + 10 + 10)
        assert {new - old for new, old in zip(after[1:], (49, 10, 10), strict=True)} == {3, 4}

    def test_an_email_provider_that_fails_keeps_its_weight(self, rows):
        email = ProviderDetailsFactory(identifier="smtp", notification_type="email", priority=50)
        open_circuit(email)

        assert not balance.lower_failing(NOW)


class TestSlowness:
    @pytest.fixture
    def template(self):
        return TemplateFactory()

    @pytest.fixture
    def texts(self, template):
        """Return a function that stores texts that a provider took six minutes ago."""

        def store(provider, count, *, minutes=None, **columns):
            sent_at = NOW - timedelta(minutes=6)
            arrived = {"updated_at": sent_at + timedelta(minutes=minutes)} if minutes else {}
            for _ in range(count):
                values = {
                    "status": "delivered" if minutes else "sending",
                    "created_at": sent_at,
                    "sent_at": sent_at,
                    "sent_by": provider,
                }
                NotificationFactory(template=template, **values | arrived | columns)

        return store

    def test_a_share_of_fifteen_per_cent_is_slow(self, rows, texts):
        texts("mmg", 17, minutes=1)
        texts("mmg", 2)
        texts("mmg", 1, minutes=5)

        assert balance.lower_slow(NOW)

        assert weights() == (41, 59)
        assert ProviderDetails.objects.get(identifier="mmg").reason == (
            "automatic: its texts arrive late"
        )

    @pytest.mark.parametrize(
        ("fast", "columns"),
        [
            (18, {}),
            (16, {}),
            (17, {"key_type": "test", "is_real": False}),
            (17, {"status": "sent"}),
            (17, {"sent_at": NOW - timedelta(minutes=4)}),
            (17, {"created_at": NOW - timedelta(minutes=16)}),
        ],
        ids=["a-smaller-share", "too-few-texts", "tests", "abroad", "not-yet-late", "long-ago"],
    )
    def test_is_not_judged_slow_by(self, rows, texts, fast, columns):
        texts("mmg", fast, minutes=1)
        texts("mmg", 2 if fast == 18 else 3, **columns)

        assert not balance.lower_slow(NOW)

    def test_nothing_moves_when_all_are_slow(self, rows, texts):
        texts("mmg", 20)
        texts("firetext", 20)

        assert not balance.lower_slow(NOW)

    def test_nothing_moves_within_five_minutes_of_a_change(self, rows, texts):
        texts("mmg", 20)
        set_columns(rows["mmg"], updated_at=NOW - timedelta(seconds=299))

        assert not balance.lower_slow(NOW)
        assert balance.lower_slow(NOW + timedelta(seconds=1))


class TestRecovery:
    def test_weights_move_by_ten_towards_rest_and_not_past_it(self, rows):
        set_columns(rows["mmg"], priority=20)
        set_columns(rows["firetext"], priority=55)

        assert balance.recover(NOW)

        assert weights() == (30, 49)

    def test_at_rest_nothing_moves(self, rows):
        assert not balance.recover(NOW)

    def test_nothing_recovers_within_fifteen_minutes_of_a_change(self, rows):
        set_columns(rows["mmg"], priority=20, updated_at=NOW - timedelta(seconds=899))

        assert not balance.recover(NOW)
        assert balance.recover(NOW + timedelta(seconds=1))

    def test_a_manual_decision_stays_while_automation_is_paused(self, rows):
        until = NOW + timedelta(hours=3)
        set_columns(rows["mmg"], priority=0, automation_paused_until=until)

        assert not balance.recover(until - timedelta(seconds=1))
        assert balance.recover(until)

    def test_nothing_recovers_while_a_provider_does_not_answer(self, rows):
        set_columns(rows["mmg"], priority=0)
        open_circuit(rows["mmg"])

        assert not balance.recover(NOW)

    def test_a_provider_without_a_weight_at_rest_keeps_the_one_it_has(self, rows):
        set_columns(rows["mmg"], priority=20, resting_priority=None)

        assert not balance.recover(NOW)


class TestOverTime:
    """Messages come, providers answer or not, and the periodic tasks run as they are planned."""

    @staticmethod
    def live(minutes, *, dead, per_tick, start=NOW, seconds=15):
        """Let time pass in steps and return how many messages each provider got."""
        got = dict.fromkeys(RESTING, 0)
        with freeze_time(start) as time:
            for tick in range(minutes * 60 // seconds):
                now = start + timedelta(seconds=seconds * tick)
                time.move_to(now)
                router, tallies = Router(), Tallies()
                for _ in range(per_tick):
                    row = router.choose("sms", may_probe=True)
                    got[row.identifier] += 1
                    result = Result.FAILED if row.identifier in dead(now) else Result.ANSWERED
                    tallies.add(Made(row.id, result, 0.1))
                tallies.write()
                balance.lower_failing(now)
                if tick * seconds % 300 == 0:
                    balance.recover(now)
        return got

    @pytest.mark.parametrize("per_tick", [3, 100], ids=["few-messages", "many"])
    def test_a_dead_provider_is_near_zero_within_ten_minutes(self, rows, per_tick):
        self.live(10, dead=lambda now: {"mmg"}, per_tick=per_tick)

        assert weights() == (0, 100)

    def test_from_the_first_minute_on_a_dead_provider_gets_nothing_but_probes(self, rows):
        self.live(1, dead=lambda now: {"mmg"}, per_tick=100)

        got = self.live(
            10, dead=lambda now: {"mmg"}, per_tick=100, start=NOW + timedelta(minutes=1)
        )

        assert got["mmg"] <= 20
        assert got["firetext"] >= 3980

    def test_a_blip_of_seconds_moves_no_weight(self, rows):
        blip = NOW + timedelta(seconds=15)

        self.live(5, dead=lambda now: {"mmg"} if now == blip else set(), per_tick=40)

        assert weights() == (51, 49)
        assert ProviderHealth.objects.get(provider=rows["mmg"]).opened_at is None

    def test_a_provider_that_comes_back_is_at_rest_again_after_two_hours(self, rows):
        healed = NOW + timedelta(minutes=10)

        self.live(130, dead=lambda now: {"mmg"} if now < healed else set(), per_tick=8, seconds=60)

        assert weights() == (51, 49)
