from datetime import UTC, datetime, timedelta

import pytest
from freezegun import freeze_time

from notifications.models import UnsubscribeRequest
from notifications.retention import unsubscribe_requests
from notifications.retention.tasks import delete_unsubscribe_requests
from notifications.retention.unsubscribe_requests import DONE_FOR, OPEN_FOR
from notifications.tests.factories import UnsubscribeRequestFactory
from services.tests.factories import ServiceFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 7, 10, 1, 50, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


def test_requests_go_a_week_after_they_were_dealt_with_or_when_nobody_does(monkeypatch, caplog):
    monkeypatch.setattr(unsubscribe_requests, "BATCH", 2)
    caplog.set_level("INFO")
    service = ServiceFactory()

    def request(made, done=None):
        return UnsubscribeRequestFactory(service=service, created_at=made, processed_at=done)

    kept = {
        request(NOW).id,
        request(NOW - OPEN_FOR).id,
        request(NOW - OPEN_FOR, NOW - DONE_FOR).id,
    }
    for _ in range(3):
        request(NOW - OPEN_FOR - MOMENT)
    request(NOW - DONE_FOR - MOMENT, NOW - DONE_FOR - MOMENT)
    request(NOW - OPEN_FOR - MOMENT, NOW)

    with freeze_time(NOW):
        delete_unsubscribe_requests()

    assert set(UnsubscribeRequest.objects.values_list("id", flat=True)) == kept
    assert "deleted 5 requests to unsubscribe" in caplog.text
