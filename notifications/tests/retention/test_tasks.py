import logging
from datetime import UTC, datetime, timedelta

import pytest
from freezegun import freeze_time

from notifications.models import Notification
from notifications.retention.tasks import (
    delete_notifications_older_than_retention,
    timeout_sending_notifications,
)
from notifications.tests.factories import NotificationFactory

pytestmark = pytest.mark.django_db

NIGHT = datetime(2026, 3, 10, 3, tzinfo=UTC)
OLD = NIGHT - timedelta(days=8)


@freeze_time(NIGHT)
def test_a_night_deletes_what_is_old_and_tells_what_waits_too_long(files, caplog):
    NotificationFactory(status="delivered", created_at=OLD)
    NotificationFactory(letter=True, status="delivered", created_at=OLD)
    waiting = NotificationFactory(status="sending", created_at=OLD)
    caplog.set_level(logging.INFO)

    delete_notifications_older_than_retention()

    assert list(Notification.objects.all()) == [waiting]
    assert [(record.levelname, record.message) for record in caplog.records] == [
        ("INFO", "deleted 1 texts and emails"),
        ("INFO", "deleted 1 letters"),
        ("ERROR", "1 messages are older than their retention and have no outcome"),
    ]


@freeze_time(NIGHT)
def test_what_no_provider_took_in_time_is_an_error(caplog, counted):
    NotificationFactory(status="created", created_at=OLD)

    timeout_sending_notifications()

    [error] = [record for record in caplog.records if record.levelname == "ERROR"]
    assert error.message == "1 messages were not taken by any provider in 72 hours"
    assert counted("notify_expired_total") == {("no-receipt",): 0, ("not-taken",): 1}


@freeze_time(NIGHT)
def test_a_quiet_night_logs_no_error(files, caplog):
    timeout_sending_notifications()
    delete_notifications_older_than_retention()

    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
