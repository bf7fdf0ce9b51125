"""Figures of a service and of the platform, as programs ask for them."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from freezegun import freeze_time

from notifications.models import FactProcessingTime
from notifications.statistics.daily_status import replace_facts
from notifications.tests.statistics.facts import sent
from services.tests.api.management.client import member, support
from services.tests.factories import ServiceFactory
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db
NONE = {"requested": 0, "delivered": 0, "failed": 0}


@pytest.fixture(autouse=True)
def _at_two(settings):
    settings.REDIS_ENABLED = False
    with freeze_time("2026-06-10T14:00:00Z"):
        yield


@pytest.fixture
def template():
    """Return a template with messages of today, of last week and of the year before."""
    template = TemplateFactory(name="Reminder")
    sent(template, "2026-06-10T12:00:00", status="delivered")
    sent(template, "2026-06-10T12:00:00", "2026-06-05T12:00:00", status="permanent-failure")
    sent(template, "2026-06-10T12:00:00", status="cancelled")
    sent(template, "2026-03-05T12:00:00", status="sent")
    sent(template, "2026-06-10T12:00:00", research=True)
    for day in (date(2026, 6, 5), date(2026, 3, 5)):
        replace_facts(template.service_id, day)
    return template


@pytest.fixture
def ask(template):
    """Return a function that asks as a member of the service."""
    caller = member(template.service, "view_activity", scope="read")

    def ask(rest):
        return caller.get(f"/service/{template.service_id}/{rest}")

    return ask


def test_a_service_sees_today_and_the_week(ask):
    assert ask("statistics") == (
        200,
        {
            "today": {
                "email": NONE,
                "sms": {"requested": 2, "delivered": 1, "failed": 1},
                "letter": NONE,
            },
            "today_and_seven_days": {
                "email": NONE,
                "sms": {"requested": 3, "delivered": 1, "failed": 2},
                "letter": NONE,
            },
        },
    )


def test_a_service_sees_its_months(ask, template):
    nothing = {"email": {}, "sms": {}, "letter": {}}

    assert ask("notifications/monthly?year=2026") == (
        200,
        {
            "data": {
                "2026-04": nothing,
                "2026-05": nothing,
                "2026-06": nothing
                | {"sms": {"delivered": 1, "permanent-failure": 2, "cancelled": 1}},
            }
        },
    )
    used = {
        "template_id": str(template.id),
        "template_name": "Reminder",
        "template_type": "sms",
    }
    assert ask("notifications/templates_usage/monthly?year=2026") == (
        200,
        {"data": [{"month": "2026-06", **used, "count": 3}]},
    )
    assert ask("notifications/templates_usage/monthly?year=2025")[1] == {
        "data": [{"month": "2026-03", **used, "count": 1}]
    }


def test_a_service_sees_when_a_template_was_last_used(ask, template):
    unused = TemplateFactory(service=template.service)
    foreign = TemplateFactory()

    def last_used(of):
        return ask(f"template-statistics/last-used/{of.id}")

    assert last_used(template) == (200, {"last_date_used": "2026-06-10"})
    assert last_used(unused) == (200, {"last_date_used": None})
    assert last_used(foreign)[0] == 404


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("", "No valid year provided"),
        ("?year=last", "No valid year provided"),
        ("?year=2027", "The year must be between 2000 and 2026"),
        ("?year=-1", "The year must be between 2000 and 2026"),
    ],
)
def test_a_year_without_figures_is_refused(ask, query, message):
    for path in ("notifications/monthly", "notifications/templates_usage/monthly"):
        assert ask(f"{path}{query}") == (400, {"result": "error", "message": message})


def test_support_staff_see_the_whole_platform(template):
    FactProcessingTime.objects.create(
        bst_date=date(2026, 6, 9), messages_total=3, messages_within_10_secs=2
    )
    days = "start_date=2026-06-09&end_date=2026-06-10"
    caller = support(scope="read")

    assert caller.get(f"/platform-stats?{days}")[1] == {
        "email": {**NONE, "statuses": {}, "test_key": 0},
        "sms": {
            "requested": 2,
            "delivered": 1,
            "failed": 1,
            "statuses": {"delivered": 1, "permanent-failure": 1, "cancelled": 1},
            "test_key": 1,
        },
        "letter": {**NONE, "statuses": {}, "test_key": 0},
    }
    assert caller.get(f"/processing-time?{days}")[1] == {
        "data": [
            {
                "day": "2026-06-09",
                "messages_total": 3,
                "messages_within_10_secs": 2,
                "percentage": 66.67,
            }
        ]
    }
    for path in ("/platform-stats", "/processing-time", "/service-statistics"):
        assert caller.get(path)[0] == 400
        assert caller.get(f"{path}?start_date=2026-06-10&end_date=2026-06-09")[0] == 400


def test_support_staff_see_each_service_in_pages(template):
    template.service.name = "B"
    template.service.save()
    for name in ("A", "C"):
        ServiceFactory(name=name, trial=name == "C")
    caller = support()
    url = "/service-statistics?start_date=2026-06-10&end_date=2026-06-10&page_size=2"

    first = caller.get(url)[1]
    second = caller.get(first["links"]["next"])[1]

    rows = [*first["data"], *second["data"]]
    shown = [(row["service_name"], row["statistics"]["sms"]["requested"]) for row in rows]
    assert shown == [("A", 0), ("B", 2), ("C", 0)]
    assert rows[2].keys() == {
        *("service_id", "service_name", "active", "restricted", "created_at", "statistics")
    }
    trial = caller.get(f"{url}&restricted=true")[1]["data"]
    assert [row["service_name"] for row in trial] == ["C"]


def test_a_page_of_services_takes_as_many_questions_however_long_it_is():
    caller = support()

    def questions(services):
        for _ in range(services):
            sent(TemplateFactory(), "2026-06-10T12:00:00")
        with CaptureQueriesContext(connection) as asked:
            _, answer = caller.get("/service-statistics?start_date=2026-06-01&end_date=2026-06-10")
        return len(answer["data"]), len(asked)

    (few, first), (many, second) = questions(2), questions(8)

    assert (few, many) == (2, 10)
    assert second <= first
