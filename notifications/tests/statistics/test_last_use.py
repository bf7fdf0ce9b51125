from datetime import UTC, datetime, timedelta

import pytest

from notifications.statistics.last_use import last_used
from notifications.tests.factories import NotificationFactory
from services.tests.factories import ApiKeyFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def test_the_newest_message_of_each_key_counts_whatever_its_type_and_status():
    key, other, unused = ApiKeyFactory(), ApiKeyFactory(), ApiKeyFactory()
    NotificationFactory(api_key=key, created_at=NOW, status="delivered", email=True)
    NotificationFactory(api_key=key, created_at=NOW - timedelta(days=1))
    NotificationFactory(api_key=other, created_at=NOW - timedelta(days=2), research=True)

    used = last_used([key.id, other.id, unused.id])

    assert used == {key.id: NOW, other.id: NOW - timedelta(days=2)}


def test_without_keys_there_is_nothing_to_look_for():
    assert last_used([]) == {}
