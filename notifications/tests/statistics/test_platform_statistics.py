"""What all services sent."""

from datetime import date

import pytest
from freezegun import freeze_time

from notifications.models import NotificationHistory
from notifications.statistics.daily_status import replace_facts
from notifications.statistics.platform_statistics import platform_totals, statistics_by_service
from notifications.statistics.tallies import Tally
from notifications.tests.statistics.facts import sent
from services.tests.factories import ServiceFactory
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db
YESTERDAY, TODAY = date(2026, 6, 9), date(2026, 6, 10)
NOON, DAY_BEFORE = "2026-06-10T12:00:00", "2026-06-09T12:00:00"


@pytest.fixture(autouse=True)
def _at_two():
    with freeze_time("2026-06-10T14:00:00Z"):
        yield


def test_totals_are_of_all_services_from_facts_and_of_today():
    one, other = TemplateFactory(), TemplateFactory()
    sent(one, DAY_BEFORE, status="delivered")
    sent(other, DAY_BEFORE, status="permanent-failure")
    sent(other, NOON)
    replace_facts(one.service_id, YESTERDAY)
    NotificationHistory.objects.filter(service_id=one.service_id).delete()

    totals = platform_totals(YESTERDAY, TODAY)

    assert totals["sms"].tally == Tally(3, 1, 1)
    assert totals["sms"].by_status == {"delivered": 1, "permanent-failure": 1, "created": 1}
    assert (totals["email"].tally, totals["email"].by_status) == (Tally(), {})


def test_test_keys_are_counted_beside_the_rest():
    template = TemplateFactory()
    sent(template, NOON, DAY_BEFORE, research=True)
    sent(template, NOON)
    sent(template, NOON, is_real=False)

    total = platform_totals(TODAY, TODAY)["sms"]

    assert (total.tally, total.test_key) == (Tally(1, 0, 0), 1)


def test_only_the_days_asked_for_are_counted():
    template = TemplateFactory()
    sent(template, "2026-06-07T12:00:00", "2026-06-08T22:59:59", DAY_BEFORE, NOON)

    assert platform_totals(YESTERDAY, YESTERDAY)["sms"].tally == Tally(1, 0, 0)
    assert platform_totals(date(2026, 6, 8), YESTERDAY)["sms"].tally == Tally(2, 0, 0)


def test_services_that_are_asked_for_are_counted_those_without_messages_too():
    busy, quiet, other = ServiceFactory(), ServiceFactory(), ServiceFactory()
    for service in (busy, other):
        template = TemplateFactory(service=service)
        sent(template, DAY_BEFORE, status="delivered")
        sent(template, NOON)
    replace_facts(busy.id, YESTERDAY)

    found = statistics_by_service([quiet.id, busy.id], YESTERDAY, TODAY)

    tallies = [(service_id, each["sms"]) for service_id, each in found.items()]
    assert tallies == [(quiet.id, Tally()), (busy.id, Tally(2, 1, 0))]
    assert statistics_by_service([], YESTERDAY, TODAY) == {}


def test_the_sum_over_services_is_the_total():
    templates = [TemplateFactory(), TemplateFactory(email=True)]
    for template in templates:
        sent(template, DAY_BEFORE, NOON, status="delivered")
        sent(template, NOON, status="cancelled")

    totals = platform_totals(YESTERDAY, TODAY)
    ids = [template.service_id for template in templates]
    services = statistics_by_service(ids, YESTERDAY, TODAY).values()

    for kind, total in totals.items():
        assert total.tally == sum((each[kind] for each in services), Tally())
