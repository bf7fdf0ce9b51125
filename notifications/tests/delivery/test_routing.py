import uuid

import pytest

from notifications.delivery.routing import NoProvider, Router
from notifications.models import ProviderDetails
from notifications.tests.factories import ProviderDetailsFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_other_providers():
    ProviderDetails.objects.all().delete()


def chosen(router, *, count=300, notification_id=None, international=False):
    return [
        router.choose(
            notification_id or uuid.uuid4(), "sms", international=international
        ).identifier
        for _ in range(count)
    ]


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


def test_the_provider_that_just_failed_is_passed_over_once():
    ProviderDetailsFactory(identifier="mmg", priority=99)
    ProviderDetailsFactory(identifier="other", priority=1)
    router, notification_id = Router(), uuid.uuid4()
    router.note_failure(notification_id, "mmg")

    first = router.choose(notification_id, "sms", international=False)

    assert first.identifier == "other"


def test_the_only_provider_is_tried_again_after_it_failed():
    ProviderDetailsFactory(identifier="mmg")
    router, notification_id = Router(), uuid.uuid4()
    router.note_failure(notification_id, "mmg")

    assert chosen(router, count=1, notification_id=notification_id) == ["mmg"]


def test_inactive_providers_and_those_of_other_channels_are_not_taken(caplog):
    ProviderDetailsFactory(identifier="mmg", active=False)
    ProviderDetailsFactory(identifier="smtp", notification_type="email")

    with pytest.raises(NoProvider):
        Router().choose(uuid.uuid4(), "sms", international=False)

    assert "no provider of sms is active" in caplog.text


def test_messages_abroad_go_to_providers_that_take_them():
    ProviderDetailsFactory(identifier="mmg", supports_international=True)
    ProviderDetailsFactory(identifier="other")

    assert set(chosen(Router(), international=True)) == {"mmg"}


def test_providers_are_read_once_in_ten_seconds(django_assert_num_queries):
    ProviderDetailsFactory(identifier="mmg")
    router = Router()

    with django_assert_num_queries(1):
        chosen(router, count=20)
