"""GET /service/<id>/billing/..."""

import uuid
from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from freezegun import freeze_time

from billing.daily import rebuild_day
from billing.models import AnnualBilling, FactBilling
from billing.tests.factories import TEMPLATE_ID, sent
from services.tests.factories import ServiceFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("price_list")]
READS = (
    "yearly-usage-summary?year=2017",
    "monthly-usage?year=2017",
    "letters?start_date=2017-04-01&end_date=2018-03-31",
    "forecast",
    "explain?day=2017-05-10&notification_type=sms",
    "budgets",
    "free-sms-fragment-limit",
)


@pytest.fixture
def service():
    return ServiceFactory(organisation_type="local", crown=True)


@pytest.fixture
def year_of_all(service):
    """Send texts, letters and emails in 2017, and build their days."""
    at = {
        day: datetime.combine(day, datetime.min.time(), UTC).replace(hour=12)
        for day in (date(2017, 4, 3), date(2017, 5, 10), date(2017, 6, 1))
    }
    april, may, june = at.values()
    sent(service, created_at=april, count=200, billable_units=100)
    sent(service, created_at=may, count=4000)
    sent(service, created_at=may, count=500, rate_multiplier=3, international=True)
    sent(service, created_at=june, count=1000)
    sent(service, created_at=may, type="letter", count=30)
    sent(service, created_at=may, type="letter", count=10, billable_units=2)
    sent(service, created_at=june, type="letter", count=5, billable_units=3)
    sent(service, created_at=june, type="email", count=310)
    for day in at:
        rebuild_day(day)


def line(kind, rate, **values):
    """Return a line whose other fields follow from a few."""
    units, free = values.get("units", values["sent"]), values.get("free", 0)
    return {
        "notification_type": kind,
        "rate": rate,
        "notifications_sent": values["sent"],
        "chargeable_units": 0 if kind == "email" else units,
        "free_allowance_used": free,
        "charged_units": 0 if kind == "email" else units - free,
        "cost": values.get("cost", 0),
        "billing_units": units,
    }


def test_a_year_is_a_line_for_each_type_and_rate(ask, service, year_of_all):
    response = ask(f"/service/{service.id}/billing/yearly-usage-summary?year=2017")

    assert response.status_code == 200
    assert response.json() == [
        line("email", 0, sent=310) | {"letter_total": 0},
        line("letter", 0.3, sent=30, cost=9.0) | {"letter_total": 9.0},
        line("letter", 0.33, sent=10, cost=3.3) | {"letter_total": 3.3},
        line("letter", 0.36, sent=5, cost=1.8) | {"letter_total": 1.8},
        line("sms", 0.0158, sent=5700, units=26_500, free=25_000, cost=23.7) | {"letter_total": 0},
    ]


def test_months_are_in_the_order_of_the_financial_year_and_without_emails(
    ask, service, year_of_all
):
    response = ask(f"/service/{service.id}/billing/monthly-usage?year=2017")

    assert ask(f"/service/{service.id}/monthly-usage?year=2017").json() == response.json()
    assert response.json() == [
        line("sms", 0.0158, sent=200, units=20_000, free=20_000)
        | {"month": "April", "postage": "none"},
        line("letter", 0.3, sent=30, cost=9.0) | {"month": "May", "postage": "second"},
        line("letter", 0.33, sent=10, cost=3.3) | {"month": "May", "postage": "second"},
        line("sms", 0.0158, sent=4500, units=5500, free=5000, cost=7.9)
        | {"month": "May", "postage": "none"},
        line("letter", 0.36, sent=5, cost=1.8) | {"month": "June", "postage": "second"},
        line("sms", 0.0158, sent=1000, cost=15.8) | {"month": "June", "postage": "none"},
    ]


def test_letters_are_told_apart_by_sheets_and_postage(ask, service, year_of_all):
    response = ask(
        f"/service/{service.id}/billing/letters?start_date=2017-04-01&end_date=2018-03-31"
    )

    assert response.json() == [
        {"postage": "second", "sheets": 1, "rate": 0.3, "letters": 30, "cost": 9.0},
        {"postage": "second", "sheets": 2, "rate": 0.33, "letters": 10, "cost": 3.3},
        {"postage": "second", "sheets": 3, "rate": 0.36, "letters": 5, "cost": 1.8},
    ]


@freeze_time("2026-06-15T12:00:00Z")
def test_today_is_counted_from_history_and_not_twice(ask, service):
    sent(service, created_at=datetime(2026, 6, 14, 12, tzinfo=UTC), count=2)
    sent(service, created_at=datetime(2026, 6, 15, 10, tzinfo=UTC), count=3)
    rebuild_day(date(2026, 6, 14))
    rebuild_day(date(2026, 6, 15))
    sent(service, created_at=datetime(2026, 6, 15, 11, tzinfo=UTC), count=4)

    [year] = ask(f"/service/{service.id}/billing/yearly-usage-summary?year=2026").json()

    assert year["notifications_sent"] == 9
    assert FactBilling.objects.get(bst_date=date(2026, 6, 15)).notifications_sent == 3


@pytest.mark.parametrize("read", READS)
def test_a_read_writes_nothing_but_a_missing_allowance(ask, service, year_of_all, read):
    ask(f"/service/{service.id}/billing/{read}")
    made = AnnualBilling.objects.count()

    with CaptureQueriesContext(connection) as queries:
        response = ask(f"/service/{service.id}/billing/{read}")

    assert response.status_code == 200
    assert made <= 1
    assert [each["sql"] for each in queries if not each["sql"].startswith("SELECT")] == []


@pytest.mark.parametrize("read", READS)
def test_only_who_shows_the_secret_may_ask(client, service, read):
    response = client.get(f"/service/{service.id}/billing/{read}")

    assert response.status_code == 401


@pytest.mark.parametrize("read", READS)
def test_a_service_that_is_not_there_is_not_found(ask, read):
    response = ask(f"/service/{uuid.uuid4()}/billing/{read}")

    assert (response.status_code, response.json()["message"]) == (404, "No result found")


@pytest.mark.parametrize("name", ["yearly-usage-summary", "monthly-usage"])
@pytest.mark.parametrize("query", ["", "?year=", "?year=abc", "?year=2017.5"])
def test_a_year_must_be_an_integer(ask, service, name, query):
    response = ask(f"/service/{service.id}/billing/{name}{query}")

    assert response.status_code == 400
    assert response.json() == {"result": "error", "message": "No valid year provided"}


def test_a_year_that_has_not_begun_is_refused_and_makes_no_row(ask, service):
    response = ask(f"/service/{service.id}/billing/yearly-usage-summary?year=2999")

    assert response.status_code == 400
    assert not AnnualBilling.objects.exists()


def test_a_figure_is_explained_by_its_messages(ask, service, year_of_all):
    sent(service, created_at=datetime(2017, 5, 10, 12, tzinfo=UTC), status="technical-failure")
    url = f"/service/{service.id}/billing/explain?day=2017-05-10&notification_type=letter"

    found = ask(f"{url}&rate=0.33").json()["messages"]
    everything = ask(url).json()["messages"]

    assert len(found) == 10
    assert len(everything) == 40
    assert sum(each["cost_without_allowance"] for each in found) == pytest.approx(3.3)
    assert found[0] == {
        "id": found[0]["id"],
        "day": "2017-05-10",
        "status": "delivered",
        "billable_units": 2,
        "chargeable_units": 1,
        "cost_without_allowance": 0.33,
        "counted_as": {
            "template_id": str(TEMPLATE_ID),
            "notification_type": "letter",
            "provider": "dvla",
            "rate_multiplier": 1,
            "international": False,
            "rate": 0.33,
            "postage": "second",
        },
    }


def test_messages_behind_a_figure_come_in_pages_without_gaps(ask, service, year_of_all):
    url = f"/service/{service.id}/billing/explain?start_date=2017-05-01&end_date=2017-05-31"
    url += "&notification_type=sms"
    pages, last = [], ""

    while True:
        page = ask(f"{url}{last}").json()["messages"]
        if not page:
            break
        pages.append(page)
        last = f"&older_than={page[-1]['id']}"

    messages = [each for page in pages for each in page]
    assert len({each["id"] for each in messages}) == len(messages) == 4500
    assert sum(each["chargeable_units"] for each in messages) == 5500
    assert max(map(len, pages)) == 250


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("", "start_date must be a date in the format YYYY-MM-DD"),
        ("day=10.05.2017", "day must be a date in the format YYYY-MM-DD"),
        ("day=9999-12-31", "day must be between 2000-01-01 and 2999-12-31"),
        (
            "day=2017-05-10&notification_type=letter&postage=%00",
            "postage must be a word such as second",
        ),
        ("start_date=2017-05-02&end_date=2017-05-01", "Start date must be before end date"),
        ("day=2017-05-10&notification_type=fax", "notification_type must be one of"),
        ("day=2017-05-10", "notification_type must be one of"),
        ("notification_type=sms&day=2017-05-10&template_id=7", "template_id is not a valid UUID"),
        ("notification_type=sms&day=2017-05-10&older_than=7", "older_than is not a valid UUID"),
        ("notification_type=sms&day=2017-05-10&rate=cheap", "rate must be an amount in pounds"),
        ("notification_type=sms&day=2017-05-10&rate=NaN", "rate must be an amount in pounds"),
    ],
)
def test_a_query_that_makes_no_sense_is_refused(ask, service, query, message):
    response = ask(f"/service/{service.id}/billing/explain?{query}")

    assert response.status_code == 400
    assert message in response.json()["message"]


def test_a_rate_finds_the_days_on_which_it_held(ask, service):
    # Texts became cheaper on 1 April 2017.
    for day, count in ((date(2017, 3, 31), 2), (date(2017, 4, 1), 300)):
        sent(
            service, created_at=datetime(day.year, day.month, day.day, 12, tzinfo=UTC), count=count
        )
    url = f"/service/{service.id}/billing/explain?start_date=2017-01-01&end_date=2017-12-31"

    counts = [
        len(ask(f"{url}&notification_type=sms&rate={rate}").json()["messages"])
        for rate in ("0.0165", "0.0158", "0.5")
    ]

    assert counts == [2, 250, 0]


def test_another_services_message_is_no_place_to_go_on_from(ask, service):
    [foreign] = sent(ServiceFactory(), created_at=datetime(2017, 5, 10, 12, tzinfo=UTC))

    response = ask(
        f"/service/{service.id}/billing/explain?day=2017-05-10&notification_type=sms&older_than={foreign.id}"
    )

    assert response.status_code == 404


@freeze_time("2026-06-15T12:00:00Z")
def test_the_forecast_is_told_in_pounds(ask, service):
    response = ask(f"/service/{service.id}/billing/forecast")

    nothing = {"spent": 0.0, "expected": 0.0, "budget": None}
    assert response.json() == {
        "month": {"starts_on": "2026-06-01", "ends_on": "2026-06-30", **nothing},
        "year": {"starts_on": "2026-04-01", "ends_on": "2027-03-31", **nothing},
        "free_sms_fragment_limit": 10_000,
        "allowance_used_up_on": None,
    }
