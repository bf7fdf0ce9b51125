"""The free fragments of services."""

import pytest
from freezegun import freeze_time

from billing.allowances import (
    InvalidAllowance,
    allowance_of,
    default_allowance,
    populate,
    set_allowance,
    set_default_allowance,
)
from billing.models import AnnualBilling, DefaultAnnualAllowance
from notify_project.models import AuditEvent
from notify_project.tests.at_once import at_once
from services.creating import create_service
from services.tests.factories import OrganisationFactory, ServiceFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("price_list")]
IN_2026 = "2026-06-10T12:00:00Z"


@pytest.mark.parametrize(
    ("kind", "year", "allowance"),
    [
        ("central", 2016, 250_000),
        ("nhs_central", 2020, 250_000),
        ("central", 2021, 150_000),
        ("central", 2023, 40_000),
        ("local", 2021, 25_000),
        ("emergency_service", 2022, 20_000),
        ("nhs_local", 2026, 10_000),
        ("school_or_college", 2021, 10_000),
        ("nhs_gp", 2024, 0),
        ("other", 2030, 5_000),
        ("unheard of", 2026, 5_000),
        ("central", 2015, 0),
    ],
)
def test_a_kind_of_organisation_gets_its_newest_default(kind, year, allowance):
    assert default_allowance(kind, year) == allowance


def test_inserting_the_starting_allowances_twice_changes_nothing(price_list):
    assert DefaultAnnualAllowance.objects.count() == 8 * 5


@freeze_time(IN_2026)
def test_a_new_service_has_its_allowance_at_once():
    service = create_service(
        "Library", actor=None, organisation=OrganisationFactory(organisation_type="central")
    )

    row = AnnualBilling.objects.get(service=service)
    assert (row.financial_year_start, row.free_sms_fragment_limit) == (2026, 20_000)
    assert not row.has_custom_allowance


@freeze_time(IN_2026)
def test_the_first_who_asks_for_a_year_makes_its_row():
    service = ServiceFactory(organisation_type="central")

    limits = [allowance_of(service, year).free_sms_fragment_limit for year in (2024, 2024, 2026)]

    assert limits == [30_000, 30_000, 20_000]
    assert AnnualBilling.objects.count() == 2


@freeze_time(IN_2026)
@pytest.mark.parametrize("year", [2015, 2027, -1, 10**9])
def test_a_year_without_allowances_is_refused(year):
    with pytest.raises(InvalidAllowance, match="between 2016 and 2026"):
        allowance_of(ServiceFactory(), year)

    assert not AnnualBilling.objects.exists()


@freeze_time(IN_2026)
def test_what_is_set_by_hand_is_kept_and_carried_on():
    service, actor = ServiceFactory(organisation_type="local"), UserFactory(support=True)

    set_allowance(service, 70, actor=actor, reason="agreed")

    row = AnnualBilling.objects.get()
    assert (row.free_sms_fragment_limit, row.has_custom_allowance) == (70, True)
    event = AuditEvent.objects.get(action="set allowance")
    assert (event.before["free_sms_fragment_limit"], event.after["free_sms_fragment_limit"]) == (
        10_000,
        70,
    )
    assert (event.actor_id, event.reason, event.service_id) == (actor.id, "agreed", service.id)
    with freeze_time("2027-04-01T01:01:00Z"):
        assert populate() == 1
        carried = AnnualBilling.objects.get(financial_year_start=2027)
    assert (carried.free_sms_fragment_limit, carried.has_custom_allowance) == (70, True)


@freeze_time(IN_2026)
def test_setting_the_default_is_not_by_hand_and_setting_the_same_is_nothing():
    service = ServiceFactory(organisation_type="local")
    set_allowance(service, 70, actor=None)
    set_allowance(service, 10_000, actor=None)
    set_allowance(service, 10_000, actor=None)

    assert not AnnualBilling.objects.get().has_custom_allowance
    assert AuditEvent.objects.filter(action="set allowance").count() == 2


@pytest.mark.parametrize("limit", [-1, 2**31])
def test_an_impossible_allowance_is_refused_and_changes_nothing(limit):
    with pytest.raises(InvalidAllowance, match="between 0 and"):
        set_allowance(ServiceFactory(), limit, actor=None)

    assert not AnnualBilling.objects.exists()


def test_the_first_of_april_gives_every_active_service_its_row_once():
    ServiceFactory(organisation_type="nhs_gp")
    ServiceFactory(archived=True)
    with freeze_time("2026-03-31T22:59:59Z"):
        assert populate() == 1
    with freeze_time("2026-03-31T23:00:00Z"):
        assert (populate(), populate()) == (1, 0)

    years = AnnualBilling.objects.order_by("financial_year_start")
    assert list(years.values_list("financial_year_start", flat=True)) == [2025, 2026]


def test_a_default_is_set_with_before_and_after():
    set_default_allowance("central", 2026, 7, actor=None, reason="agreed")
    set_default_allowance("central", 2026, 7, actor=None)
    set_default_allowance("central", 2027, 8, actor=None)

    events = AuditEvent.objects.filter(action="set default allowance").order_by("created_at")
    assert [(each.before["allowance"], each.after["allowance"]) for each in events] == [
        (20_000, 7),
        (None, 8),
    ]


@pytest.mark.parametrize(
    "given", [("pigeons", 2026, 1), ("central", 2015, 1), ("central", 2026, -1)]
)
def test_an_impossible_default_is_refused(given):
    with pytest.raises(InvalidAllowance):
        set_default_allowance(*given, actor=None)

    assert not AuditEvent.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_who_asks_at_the_same_time_gets_the_same_row(price_list):
    service = ServiceFactory()

    at_once(*[lambda: allowance_of(service, 2024)] * 4)

    assert AnnualBilling.objects.count() == 1
