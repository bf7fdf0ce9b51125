import pytest

from notify_project.models import AuditEvent
from services.models import ServiceDataRetention
from services.read_models import find_service
from services.retention import InvalidRetention, days_of_retention, set_retention
from services.tests.factories import ServiceFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_the_days_are_stored_changed_and_audited():
    service, actor = ServiceFactory(), UserFactory()

    assert set_retention(service, "sms", 30, actor=actor, reason="asked for")
    assert set_retention(service, "sms", 60, actor=actor)
    assert not set_retention(service, "sms", 60, actor=actor)

    assert ServiceDataRetention.objects.get().days_of_retention == 60
    first, second = AuditEvent.objects.filter(action="change retention").order_by("created_at")
    assert (first.before, first.after, first.reason) == ({"sms": 7}, {"sms": 30}, "asked for")
    assert (second.before, second.after) == ({"sms": 30}, {"sms": 60})


def test_the_usual_week_needs_no_row():
    assert not set_retention(ServiceFactory(), "email", 7, actor=None)
    assert not ServiceDataRetention.objects.exists()


@pytest.mark.parametrize(
    ("kind", "days", "words"),
    [("sms", 2, "3 to 90 days"), ("sms", 91, "3 to 90 days"), ("fax", 7, "not a channel")],
    ids=["too few", "too many", "unknown channel"],
)
def test_other_values_are_refused(kind, days, words):
    with pytest.raises(InvalidRetention, match=words):
        set_retention(ServiceFactory(), kind, days, actor=None)

    assert not ServiceDataRetention.objects.exists()


def test_reading_gets_the_days_of_each_channel():
    service = ServiceFactory()
    set_retention(service, "sms", 30, actor=None)

    found = find_service(service.id)

    assert found.days_of_retention == {"email": 7, "sms": 30, "letter": 7}
    assert days_of_retention(service.id, "sms") == 30
    assert days_of_retention(service.id, "email") == 7
