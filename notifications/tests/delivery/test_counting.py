import pytest
from werkzeug import Response

from notifications.delivery.deliver import deliver
from notifications.tests.factories import NotificationFactory
from notify_project import logs
from notify_project.constants import Queue

pytestmark = pytest.mark.django_db


def test_a_hand_over_is_counted_by_lane(sms_provider, counted):
    NotificationFactory()

    deliver(Queue.NORMAL)

    assert counted("notify_handover_seconds") == {("normal", "sms"): 1}


@pytest.mark.parametrize(
    ("status", "body", "outcome", "calls"),
    [
        (200, '{"Reference": "1"}', "accepted", 1),
        # The first retry comes at once.
        (503, "busy", "failed", 2),
        (400, "{}", "provider-rejected", 1),
    ],
    ids=["accepted", "busy", "refused"],
)
def test_a_call_is_counted_by_what_came_of_it(sms_provider, counted, status, body, outcome, calls):
    sms_provider.answer = lambda message: Response(body, status)
    NotificationFactory()

    deliver(Queue.NORMAL)

    assert counted("notify_provider_call_seconds") == {("mmg", outcome): calls}


def test_what_is_not_handed_over_is_not_counted_as_such(sms_provider, counted):
    sms_provider.answer = lambda message: Response("busy", 503)
    NotificationFactory()

    deliver(Queue.NORMAL)

    assert counted("notify_handover_seconds") == {}


def test_the_thread_of_a_call_logs_under_the_id_of_the_task(sms_provider, caplog):
    seen = []
    caplog.handler.addFilter(lambda record: seen.append((record.name, logs.request_id())) or True)
    sms_provider.answer = lambda message: Response("{}", 400)
    NotificationFactory()

    with logs.belonging_to("the-task"):
        deliver(Queue.NORMAL)

    assert ("notifications.delivery.calls", "the-task") in seen
