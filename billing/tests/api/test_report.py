"""Reports of the whole platform and of an organisation."""

import uuid
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from billing.daily import rebuild_day
from billing.models import AnnualBilling
from billing.reports import billing_report, in_words
from billing.tests.factories import sent
from services.tests.factories import OrganisationFactory, ServiceFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("price_list")]
DAYS = (date(2025, 5, 1), date(2025, 5, 2), date(2025, 6, 3))
MAY = "start_date=2025-05-01&end_date=2025-05-31"


@pytest.fixture
def organisation():
    return OrganisationFactory(name="Council")


@pytest.fixture
def services(organisation):
    """Return a service of an organisation, one without, one that sent nothing, and one in trial."""
    council = ServiceFactory(name="Bins", organisation=organisation)
    alone = ServiceFactory(name="Alone")
    ServiceFactory(name="Asleep", organisation=organisation)
    ServiceFactory(name="Trial", organisation=organisation, trial=True)
    AnnualBilling.objects.create(
        service=council, financial_year_start=2025, free_sms_fragment_limit=15
    )
    for day in DAYS:
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        sent(council, created_at=noon, count=5, billable_units=2)
        sent(council, created_at=noon, type="email", count=7)
        sent(alone, created_at=noon, type="letter", count=2, billable_units=2)
        sent(alone, created_at=noon, type="letter", postage="first")
        sent(alone, created_at=noon, sent_by="firetext", rate_multiplier=3, international=True)
        rebuild_day(day)
    return council, alone


def test_a_bill_names_who_has_costs_with_organisations_first(ask, services, organisation):
    council, alone = services

    response = ask(f"/platform-stats/data-for-billing-report?{MAY}")

    assert response.json() == [
        {
            "organisation_id": str(organisation.id),
            "organisation_name": "Council",
            "service_id": str(council.id),
            "service_name": "Bins",
            "sms_cost": 0.1165,
            "sms_chargeable_units": 5,
            "total_letters": 0,
            "letter_cost": 0.0,
            "letter_breakdown": "",
        },
        {
            "organisation_id": "",
            "organisation_name": "",
            "service_id": str(alone.id),
            "service_name": "Alone",
            "sms_cost": 0.1398,
            "sms_chargeable_units": 6,
            "total_letters": 6,
            "letter_cost": 5.86,
            "letter_breakdown": ("2 first class letters at £1.49\n4 second class letters at 72p\n"),
        },
    ]


def test_reports_of_single_days_add_up_to_the_report_of_all(services):
    def costs(first, last):
        return {bill.service.id: bill.cost for bill in billing_report(first, last)}

    whole = costs(date(2025, 4, 1), date(2026, 3, 31))
    single = [costs(day, day) for day in DAYS]

    assert whole == {
        service: sum(each.get(service, Decimal(0)) for each in single) for service in whole
    }
    assert len(whole) == 2


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("", "start_date must be a date in the format YYYY-MM-DD"),
        (
            "start_date=9999-12-31&end_date=9999-12-31",
            "start_date must be between 2000-01-01 and 2999-12-31",
        ),
        ("start_date=2025-05-02&end_date=2025-05-01", "Start date must be before end date"),
        (
            "start_date=2025-03-31&end_date=2025-04-01",
            "Start date and end date must be in the same financial year",
        ),
    ],
)
def test_days_that_make_no_bill_are_refused(ask, query, message):
    response = ask(f"/platform-stats/data-for-billing-report?{query}")

    assert response.status_code == 400
    assert response.json() == {"result": "error", "message": message}


def test_volumes_are_told_by_day(ask, services):
    response = ask(f"/platform-stats/daily-volumes-report?{MAY}")

    volumes = {
        "sms_totals": 6,
        "sms_fragment_totals": 11,
        "sms_chargeable_units": 13,
        "email_totals": 7,
        "letter_totals": 3,
        "letter_sheet_totals": 5,
    }
    assert response.json() == [{"day": day, **volumes} for day in ("2025-05-01", "2025-05-02")]


def test_texts_are_told_by_day_and_provider(ask, services):
    response = ask(
        "/platform-stats/daily-sms-provider-volumes-report?start_date=2025-05-01&end_date=2025-05-01"
    )

    assert response.json() == [
        {
            "day": "2025-05-01",
            "provider": "firetext",
            "sms_totals": 1,
            "sms_fragment_totals": 1,
            "sms_chargeable_units": 3,
        },
        {
            "day": "2025-05-01",
            "provider": "mmg",
            "sms_totals": 5,
            "sms_fragment_totals": 10,
            "sms_chargeable_units": 10,
        },
    ]


def test_volumes_by_service_name_live_services_that_sent_nothing_too(ask, services):
    found = ask(f"/platform-stats/volumes-by-service?{MAY}").json()

    assert [(each["service_name"], each["sms_totals"], each["email_totals"]) for each in found] == [
        ("Asleep", 0, 0),
        ("Bins", 10, 14),
        ("Alone", 2, 0),
    ]


def test_an_organisation_sees_its_live_services_with_what_is_left(ask, services, organisation):
    response = ask(f"/organisations/{organisation.id}/services-with-usage?year=2025")

    asleep, bins = response.json()["services"]
    assert (asleep["service_name"], asleep["free_sms_limit"], asleep["sms_cost"]) == (
        "Asleep",
        0,
        0.0,
    )
    assert bins == {
        "service_id": bins["service_id"],
        "service_name": "Bins",
        "free_sms_limit": 15,
        "sms_remainder": 0,
        "sms_units": 30,
        "sms_charged_units": 15,
        "sms_cost": 0.3495,
        "letter_cost": 0.0,
        "emails_sent": 21,
        "active": True,
    }


@pytest.mark.parametrize(("query", "status"), [("", 400), ("?year=1999", 400), ("?year=2025", 404)])
def test_an_organisation_needs_a_year_and_to_be_there(ask, query, status):
    assert ask(f"/organisations/{uuid.uuid4()}/services-with-usage{query}").status_code == status


@pytest.mark.parametrize(
    ("rate", "words"),
    [("0.35", "35p"), ("1.49", "£1.49"), ("1", "£1.00"), ("0.6", "60p"), ("0.005", "0.5p")],
)
def test_a_price_is_written_as_people_do(rate, words):
    assert in_words(Decimal(rate)) == words
