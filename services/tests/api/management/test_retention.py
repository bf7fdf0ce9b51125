"""How long a service's messages are kept."""

import pytest

from notify_project.models import AuditEvent
from services.models import ServiceDataRetention
from services.read_models import find_service
from services.tests.api.management.client import support
from services.tests.factories import ServiceFactory

pytestmark = pytest.mark.django_db


def test_the_days_of_a_channel_are_set_and_removed():
    caller, service = support(), ServiceFactory()
    path = f"/service/{service.id}/data-retention"
    week = {"days_of_retention": 7, "is_default": True}

    _, at_first = caller.get(path)
    status, answer = caller.put(f"{path}/sms", {"days_of_retention": 30, "reason": "by contract"})
    while_set = find_service(service.id).days_of_retention
    removed = caller.delete(f"{path}/sms")

    assert at_first["data"] == [
        {"notification_type": each, **week} for each in ("email", "letter", "sms")
    ]
    shown = {"notification_type": "sms", "days_of_retention": 30, "is_default": False}
    assert (status, answer) == (200, shown)
    assert while_set == {"email": 7, "letter": 7, "sms": 30}
    assert removed == (204, None)
    assert caller.get(path)[1] == at_first
    assert caller.delete(f"{path}/sms") == (204, None)
    events = AuditEvent.objects.filter(service_id=service.id).order_by("created_at")
    assert [(each.action, each.before, each.after, each.reason) for each in events] == [
        ("change retention", {"sms": 7}, {"sms": 30}, "by contract"),
        ("remove retention", {"sms": 30}, {"sms": 7}, ""),
    ]


@pytest.mark.parametrize(
    ("channel", "body", "status"),
    [
        ("sms", {"days_of_retention": 2}, 400),
        ("sms", {"days_of_retention": 91}, 400),
        ("sms", {"days_of_retention": "long"}, 400),
        ("sms", {}, 400),
        ("fax", {"days_of_retention": 7}, 404),
    ],
    ids=["too few", "too many", "no number", "nothing", "no channel"],
)
def test_other_values_are_refused(channel, body, status):
    path = f"/service/{ServiceFactory().id}/data-retention/{channel}"

    assert support().put(path, body)[0] == status
    assert not ServiceDataRetention.objects.exists()
