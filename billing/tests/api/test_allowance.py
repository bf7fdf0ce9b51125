"""Allowances, budgets and the prices of today."""

from decimal import Decimal

import pytest
from freezegun import freeze_time

from billing.models import AnnualBilling, Budget, Rate
from notify_project.models import AuditEvent
from services.members import EVERY_PERMISSION
from services.tests.api.management.client import member
from services.tests.factories import ServiceFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("price_list")]


@pytest.fixture(autouse=True)
def _in_june():
    with freeze_time("2026-06-15T12:00:00Z"):
        yield


@pytest.fixture
def service():
    return ServiceFactory(organisation_type="local")


@pytest.mark.parametrize(
    ("query", "year", "limit"), [("", 2026, 10_000), ("?financial_year_start=2017", 2017, 25_000)]
)
def test_the_first_read_of_a_year_makes_its_row(ask, service, query, year, limit):
    url = f"/service/{service.id}/billing/free-sms-fragment-limit{query}"

    bodies = [ask(url).json() for _ in range(2)]

    assert bodies == [{"financial_year_start": year, "free_sms_fragment_limit": limit}] * 2
    assert AnnualBilling.objects.count() == 1


@pytest.mark.parametrize(
    "query", ["?financial_year_start=x", "?financial_year_start=2015", "?financial_year_start=2027"]
)
def test_a_year_without_allowances_is_refused(ask, service, query):
    response = ask(f"/service/{service.id}/billing/free-sms-fragment-limit{query}")

    assert response.status_code == 400
    assert not AnnualBilling.objects.exists()


def test_the_allowance_of_this_year_is_set(ask, service):
    url = f"/service/{service.id}/billing/free-sms-fragment-limit"

    response = ask(url, {"free_sms_fragment_limit": 9})

    assert (response.status_code, response.json()) == (201, {"free_sms_fragment_limit": 9})
    assert ask(url).json()["free_sms_fragment_limit"] == 9
    assert AuditEvent.objects.filter(action="set allowance").count() == 1


@pytest.mark.parametrize("body", [{}, [], {"free_sms_fragment_limit": -1}, "text"] + [
    {"free_sms_fragment_limit": value} for value in ("7", 7.5, True, None, 2**40)
])  # fmt: skip
def test_an_allowance_that_makes_no_sense_is_refused(ask, service, body):
    response = ask(f"/service/{service.id}/billing/free-sms-fragment-limit", body)

    assert response.status_code == 400
    assert not AnnualBilling.objects.exists()


def test_a_budget_is_set_read_and_ended(ask, service):
    url = f"/service/{service.id}/billing/budgets"

    made = ask(url, {"period": "month", "pounds": "250.50"})
    read = ask(url).json()
    ended = ask(url, {"period": "month", "pounds": None})

    assert (made.status_code, ended.status_code) == (201, 201)
    assert read == [{"period": "month", "pounds": 250.5}]
    assert not Budget.objects.exists()
    events = AuditEvent.objects.filter(action="set budget")
    assert {(each.before["pounds"], each.after["pounds"]) for each in events} == {
        (None, "250.50"),
        ("250.50", None),
    }


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"period": "month"},
        {"period": "week", "pounds": "1"},
        {"period": "month", "pounds": 2.5},
        {"period": "month", "pounds": "0"},
        {"period": "month", "pounds": "-1"},
        {"period": "month", "pounds": "1.005"},
        {"period": "month", "pounds": "Infinity"},
        {"period": "month", "pounds": "1e30"},
        {"period": "month", "pounds": True},
    ],
)
def test_a_budget_that_makes_no_sense_is_refused(ask, service, body):
    response = ask(f"/service/{service.id}/billing/budgets", body)

    assert response.status_code == 400
    assert not Budget.objects.exists()


def test_the_price_of_a_text_is_told_with_its_beginning(ask):
    assert ask("/sms-rate").json() == {"rate": 0.024, "valid_from": "2026-03-31T23:00:00.000000Z"}


def test_without_a_price_of_texts_there_is_none(ask):
    Rate.objects.all().delete()

    assert ask("/sms-rate").status_code == 404


def test_the_prices_of_letters_are_those_of_today_each_once(ask):
    rates = ask("/letter-rates").json()

    assert rates[0] == {
        "sheet_count": 1,
        "start_date": "2026-01-05T00:00:00.000000Z",
        "rate": "0.64",
        "post_class": "economy",
    }
    order = [(each["sheet_count"], Decimal(each["rate"]), each["post_class"]) for each in rates]
    assert order == sorted(order)
    assert len(rates) == 5 * 5


@pytest.mark.parametrize("path", ["/sms-rate", "/letter-rates"])
def test_prices_are_told_only_to_who_shows_the_secret(client, path):
    response = client.get(path)

    assert response.status_code == 401
    assert response.json()["result"] == "error"


def test_a_member_reads_the_allowance_and_does_not_set_it(service):
    caller = member(service, *EVERY_PERMISSION)
    url = f"/service/{service.id}/billing/free-sms-fragment-limit"

    status, answer = caller.get(url)
    refused = caller.post(url, {"free_sms_fragment_limit": 10**6})

    assert (status, answer["free_sms_fragment_limit"]) == (200, 10_000)
    assert refused == (403, {"result": "error", "message": "Support staff only"})
    assert AnnualBilling.objects.get().free_sms_fragment_limit == 10_000


def test_a_member_who_looks_after_settings_sets_a_budget(service):
    caller = member(service, "manage_settings")
    url = f"/service/{service.id}/billing/budgets"

    made = caller.post(url, {"period": "year", "pounds": "250.50"})

    assert made == (201, {"period": "year", "pounds": "250.50"})
    assert member(service).get(url) == (200, [{"period": "year", "pounds": 250.5}])
    event = AuditEvent.objects.get(action="set budget")
    assert (event.actor_id, event.service_id) == (caller.user.id, service.id)


def test_prices_are_listed_newest_first_to_anybody_with_a_token(service):
    caller = member(service, scope="read")

    texts = caller.get("/rates/sms?page_size=2")[1]
    letters = caller.get("/rates/letter?post_class=economy&sheet_count=1&crown=true")[1]

    assert [(each["rate"], each["valid_from"]) for each in texts["data"]] == [
        ("0.02400", "2026-03-31T23:00:00Z"),
        ("0.02330", "2025-03-31T23:00:00Z"),
    ]
    assert texts["links"]["next"]
    [now, *earlier] = letters["data"]
    assert (now["rate"], now["start_date"], now["end_date"]) == (
        "0.64000",
        "2026-01-05T00:00:00Z",
        None,
    )
    assert {each["post_class"] for each in earlier} <= {"economy"}
