from datetime import timedelta

import pytest

from notifications.delivery.routing import NoProvider, Router
from notifications.models import ProviderDetails, ProviderHealth
from notifications.tests.factories import ProviderDetailsFactory
from notify_project import clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_other_providers():
    ProviderDetails.objects.all().delete()


def chosen(router, *, count=300, **wishes):
    return [router.choose("sms", **wishes).identifier for _ in range(count)]


def opened(identifier, *, probe_in=timedelta(seconds=30), **columns):
    provider = ProviderDetailsFactory(identifier=identifier, **columns)
    now = clock.now()
    ProviderHealth.objects.create(provider=provider, opened_at=now, probe_at=now + probe_in)


def test_the_only_provider_is_taken_whatever_its_weight():
    ProviderDetailsFactory(identifier="mmg", priority=0)

    assert set(chosen(Router())) == {"mmg"}


def test_weights_decide_among_several():
    ProviderDetailsFactory(identifier="mmg", priority=90)
    ProviderDetailsFactory(identifier="other", priority=10)

    share = chosen(Router()).count("mmg") / 300

    assert 0.8 < share < 1


def test_weights_of_zero_are_equal():
    ProviderDetailsFactory(identifier="mmg", priority=0)
    ProviderDetailsFactory(identifier="other", priority=0)

    assert set(chosen(Router())) == {"mmg", "other"}


def test_the_provider_that_just_failed_is_passed_over_whatever_its_weight():
    ProviderDetailsFactory(identifier="mmg", priority=100)
    ProviderDetailsFactory(identifier="other", priority=0)

    assert set(chosen(Router(), failed="mmg")) == {"other"}


def test_the_only_provider_is_tried_again_after_it_failed():
    ProviderDetailsFactory(identifier="mmg")

    assert chosen(Router(), count=1, failed="mmg") == ["mmg"]


def test_inactive_providers_and_those_of_other_channels_are_not_taken(caplog):
    ProviderDetailsFactory(identifier="mmg", active=False)
    ProviderDetailsFactory(identifier="smtp", notification_type="email")

    with pytest.raises(NoProvider):
        Router().choose("sms")

    assert "no provider of sms is active" in caplog.text


def test_messages_abroad_go_to_providers_that_take_them():
    ProviderDetailsFactory(identifier="mmg", supports_international=True)
    ProviderDetailsFactory(identifier="other")

    assert set(chosen(Router(), international=True)) == {"mmg"}


def test_providers_and_what_is_held_are_remembered_for_a_moment(django_assert_num_queries):
    ProviderDetailsFactory(identifier="mmg")
    router = Router()

    with django_assert_num_queries(2):
        chosen(router, count=20)


class TestWithAProviderThatFails:
    def test_it_is_left_alone_whatever_its_weight(self):
        opened("mmg", priority=100)
        ProviderDetailsFactory(identifier="other", priority=0)

        assert set(chosen(Router(), may_probe=True)) == {"other"}

    def test_one_message_tries_it_when_its_turn_has_come(self):
        opened("mmg", probe_in=timedelta(0))
        ProviderDetailsFactory(identifier="other")

        taken = [*chosen(Router(), count=20, may_probe=True), *chosen(Router(), count=20)]

        assert (taken.count("mmg"), taken[0]) == (1, "mmg")

    def test_of_many_processes_one_tries_it(self):
        opened("mmg", probe_in=timedelta(0))
        ProviderDetailsFactory(identifier="other")
        routers = [Router() for _ in range(5)]
        for router in routers:
            router.choose("sms")

        taken = [router.choose("sms", may_probe=True).identifier for router in routers * 3]

        assert taken.count("mmg") == 1

    def test_a_message_that_is_not_real_does_not_try_it(self):
        opened("mmg", probe_in=timedelta(0))
        ProviderDetailsFactory(identifier="other")

        assert set(chosen(Router(), count=20)) == {"other"}

    def test_a_message_that_failed_elsewhere_goes_back_where_somebody_answers(self):
        opened("mmg")
        ProviderDetailsFactory(identifier="other")

        assert set(chosen(Router(), count=20, failed="other")) == {"other"}

    def test_where_nobody_answers_all_are_tried(self):
        opened("mmg")
        opened("other")

        assert set(chosen(Router())) == {"mmg", "other"}
