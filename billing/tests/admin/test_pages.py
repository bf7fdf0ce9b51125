"""Prices, allowances, budgets and facts on the admin site."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from freezegun import freeze_time

from billing.allowances import allowance_of
from billing.budgets import set_budget
from billing.daily import rebuild_day
from billing.models import (
    AnnualBilling,
    Budget,
    DefaultAnnualAllowance,
    FactBilling,
    LetterRate,
    Rate,
)
from billing.rates import letter_rate_of, sms_rate_of
from billing.tests.factories import LetterRateFactory, RateFactory, sent
from notify_project.models import AuditEvent
from notify_project.tests.queries import queries_of_few_and_many_rows
from services.tests.factories import ServiceFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("price_list")]
NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _today():
    with freeze_time(NOON):
        yield


@pytest.fixture
def staff():
    return UserFactory(support=True)


@pytest.fixture
def signed_in(staff):
    client = Client()
    client.force_login(staff)
    return client


def add(client, name, **form):
    return client.post(reverse(f"admin:billing_{name}_add"), form, follow=True)


def change(client, row, **form):
    url = reverse(f"admin:billing_{row._meta.model_name}_change", args=[row.pk])
    return client.post(url, form, follow=True)


def test_a_price_of_texts_is_added_and_kept_who_did(
    signed_in, staff, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        page = add(signed_in, "rate", day="2027-04-01", rate="0.025", reason="contract")

    assert page.redirect_chain
    assert "sms 0.02500 from 2027-04-01" in page.content.decode()
    assert sms_rate_of(date(2027, 4, 1)) == Decimal("0.025")
    event = AuditEvent.objects.get(action="add price")
    assert (event.actor_id, event.reason) == (staff.id, "contract")


def test_to_look_at_a_price_leaves_the_day_of_the_next_to_be_chosen(signed_in):
    row = Rate.objects.first()
    signed_in.get(reverse("admin:billing_rate_change", args=[row.pk]))

    add(signed_in, "rate", day="2027-04-01", rate="0.025", reason="contract")

    assert sms_rate_of(date(2027, 4, 1)) == Decimal("0.025")


def test_a_price_of_letters_ends_the_one_before(signed_in):
    page = add(
        signed_in, "letterrate", day="2027-04-01", post_class="first", sheet_count=1, rate="2",
        crown="on", reason="agreed",
    )  # fmt: skip

    assert page.redirect_chain
    crown, others = (
        letter_rate_of(date(2027, 4, 1), 1, "first", crown=each) for each in (True, False)
    )
    assert (crown, others) == (2, Decimal("1.56"))


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({"day": "2025-06-01"}, "overlaps the price from 2026-04-07"),
        ({"day": "2026-04-07"}, "would edit a price that was in force"),
        ({"day": "soon"}, "Enter a valid date"),
        ({"rate": "-1"}, "greater than or equal to 0"),
        ({"sheet_count": 6}, "less than or equal to 5"),
        ({"post_class": "First!"}, "Write a word such as second"),
    ],
)
def test_a_price_that_is_refused_is_explained_and_not_saved(signed_in, form, message):
    given = {"day": "2027-04-01", "post_class": "first", "sheet_count": 1, "rate": "2"}
    given["reason"] = "a new contract"

    page = add(signed_in, "letterrate", crown="on", **{**given, **form})

    assert message in page.content.decode()
    assert LetterRate.objects.filter(rate__in=[2, -1]).count() == 0
    assert not AuditEvent.objects.exists()


def test_a_price_that_is_there_already_is_named_and_changed_while_it_has_not_begun(signed_in):
    for rate in ("2", "2", "3"):
        page = add(
            signed_in, "letterrate", day="2027-04-01", post_class="first", sheet_count=1,
            rate=rate, crown="on", reason="agreed",
        )  # fmt: skip
        assert f"first 1 {rate}.00000 from 2027-04-01" in page.content.decode()

    [row] = LetterRate.objects.filter(rate__in=[2, 3])
    assert row.rate == 3


def test_a_price_is_changed_until_it_begins_and_never_deleted(signed_in):
    future, past = RateFactory(day=date(2026, 6, 16)), Rate.objects.get(rate=Decimal("0.024"))

    changed = change(signed_in, future, rate="0.5", reason="agreed")
    refused = change(signed_in, past, rate="0.5", reason="agreed")
    urls = [reverse("admin:billing_rate_delete", args=[row.pk]) for row in (future, past)]
    deleted = [signed_in.post(url, {"post": "yes"}).status_code for url in urls]

    future.refresh_from_db()
    past.refresh_from_db()
    assert (changed.status_code, future.rate) == (200, Decimal("0.5"))
    assert (refused.status_code, past.rate) == (403, Decimal("0.024"))
    assert deleted == [403, 403]


def test_this_years_allowance_is_changed_with_before_and_after(signed_in, staff):
    service = ServiceFactory(organisation_type="local")
    row, old = allowance_of(service, 2026), allowance_of(service, 2025)

    change(signed_in, row, free_sms_fragment_limit=7, reason="agreed")
    refused = change(signed_in, old, free_sms_fragment_limit=7, reason="agreed")

    limits = AnnualBilling.objects.order_by("financial_year_start")
    assert list(limits.values_list("free_sms_fragment_limit", flat=True)) == [10_000, 7]
    assert refused.status_code == 403
    event = AuditEvent.objects.get(action="set allowance")
    assert (event.actor_id, event.reason) == (staff.id, "agreed")
    assert (event.before["free_sms_fragment_limit"], event.after["free_sms_fragment_limit"]) == (
        10_000,
        7,
    )


def test_a_default_is_changed_and_added(signed_in):
    row = DefaultAnnualAllowance.objects.get(
        organisation_type="central", valid_from_financial_year_start=2026
    )

    change(signed_in, row, allowance=7, reason="agreed")
    add(
        signed_in, "defaultannualallowance", organisation_type="central",
        valid_from_financial_year_start=2027, allowance=8, reason="agreed",
    )  # fmt: skip

    row.refresh_from_db()
    assert row.allowance == 7
    assert DefaultAnnualAllowance.objects.get(valid_from_financial_year_start=2027).allowance == 8
    assert AuditEvent.objects.filter(action="set default allowance").count() == 2


def test_a_budget_is_added_changed_and_ended(signed_in):
    service = ServiceFactory()

    add(signed_in, "budget", service=service.id, period="month", pounds="100", reason="agreed")
    row = Budget.objects.get()
    change(signed_in, row, pounds="200.50", reason="agreed")
    row.refresh_from_db()
    sure = {"confirmed": "yes", "reason": "agreed"}
    signed_in.post(reverse("admin:billing_budget_delete", args=[row.pk]), sure)

    assert row.pounds == Decimal("200.50")
    assert not Budget.objects.exists()
    events = AuditEvent.objects.filter(action="set budget")
    assert {each.after["pounds"] for each in events} == {"100.00", "200.50", None}
    assert {each.reason for each in events} == {"agreed"}


def test_a_second_budget_of_a_period_is_refused(signed_in):
    service = ServiceFactory()
    set_budget(service, "month", Decimal(1), actor=None)

    page = add(signed_in, "budget", service=service.id, period="month", pounds="2", reason="agreed")

    assert "already exists" in page.content.decode()
    assert Budget.objects.get().pounds == 1


def test_a_fact_shows_its_messages_and_cannot_be_changed(signed_in):
    service = ServiceFactory()
    [mine] = sent(service, created_at=NOON)
    [foreign] = sent(service, created_at=NOON, sent_by="firetext")
    rebuild_day(NOON.date())
    row = FactBilling.objects.get(provider="mmg")

    page = signed_in.get(reverse("admin:billing_factbilling_change", args=[row.pk]))
    posted = change(signed_in, row, notifications_sent=7)

    text = page.content.decode()
    assert str(foreign.id) not in text
    for name, row_id in {
        "services_service": row.service_id,
        "templates_app_template": row.template_id,
    }.items():
        url = reverse(f"admin:{name}_change", args=[row_id])
        assert (
            f'<a class="text-primary-600 dark:text-primary-500" href="{url}">{row_id}</a>' in text
        )
    assert f'?q={mine.id}">{mine.id}</a>' in text
    assert posted.status_code == 403


def make_fact():
    sent(ServiceFactory(), created_at=NOON)
    rebuild_day(NOON.date())


def make_letter_rate():
    day = date.fromordinal(730_120 + LetterRate.objects.count())
    LetterRateFactory(day=day, post_class=f"class {day}")


LISTS = {
    "rate": lambda: RateFactory(day=date.fromordinal(730_120 + Rate.objects.count())),
    "letterrate": make_letter_rate,
    "defaultannualallowance": lambda: DefaultAnnualAllowance.objects.create(
        organisation_type="central",
        valid_from_financial_year_start=2100 + DefaultAnnualAllowance.objects.count(),
        allowance=1,
    ),
    "annualbilling": lambda: allowance_of(ServiceFactory(), 2026),
    "budget": lambda: set_budget(ServiceFactory(), "month", Decimal(1), actor=None),
    "factbilling": make_fact,
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_costs_few_queries_however_many_rows(signed_in, name):
    few, many = queries_of_few_and_many_rows(
        signed_in, reverse(f"admin:billing_{name}_changelist"), LISTS[name]
    )

    assert few == many
    assert many <= 15
