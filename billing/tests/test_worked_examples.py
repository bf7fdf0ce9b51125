"""What bills come to, from the file of examples beside this one."""

import uuid
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from django.db import IntegrityError, transaction
from freezegun import freeze_time

from billing.allowances import set_allowance
from billing.daily import rebuild, rebuild_day
from billing.models import AnnualBilling, FactBilling, LetterRate
from billing.pricing import total
from billing.rates import prices_of
from billing.reports import billing_report, organisation_usage
from billing.tests.factories import TEMPLATE_ID, RateFactory, sent
from billing.usage import monthly_usage, year_of, yearly_summary
from notifications.models import NotificationHistory
from notifications.providers.base import Receipt
from notifications.receipts.apply import apply
from notifications.statuses import Status
from notifications.tests.factories import NotificationFactory
from notify_project.clock import financial_year, london_day
from notify_project.recipients.phone import needs_international_permission, parse_phone
from notify_project.tests.at_once import at_once
from services.models import Service
from services.tests.factories import OrganisationFactory, ServiceFactory
from templates_app.rendering.letter_pages import sheets_of
from templates_app.rendering.placeholders import parse
from templates_app.rendering.sms import sms_text
from templates_app.tests.factories import TemplateFactory

EXAMPLES = yaml.safe_load((Path(__file__).parent / "worked_examples.yaml").read_text())
SEVERAL_CONNECTIONS = "build_twice_at_once"
MONEY = ("rate", "cost", "sms_cost")


class Example:
    """One service, and what is done to it and asked of it."""

    def __init__(self, given, caplog):
        self.caplog = caplog
        organisation = OrganisationFactory(organisation_type="local")
        self.service = ServiceFactory(
            organisation=organisation,
            organisation_type="local",
            crown=given.get("crown", True),
            research_mode=False,
        )
        for year in (2016, 2017, 2018, 2022):
            AnnualBilling.objects.create(
                service=self.service,
                financial_year_start=year,
                free_sms_fragment_limit=given.get("allowance", 25_000),
            )
        for sheets, rate in given.get("letter_rates", {}).items():
            LetterRate.objects.filter(sheet_count=sheets).update(rate=Decimal(rate))
        self.template = TemplateFactory(service=self.service)
        self.notification = None

    def send(self, messages):
        for message in messages:
            values = dict(message)
            values["created_at"] = values.pop("at")
            for short, column in {
                "units": "billable_units",
                "multiplier": "rate_multiplier",
            }.items():
                if short in values:
                    values[column] = values.pop(short)
            if "template" in values:
                values["template_id"] = template_id(values.pop("template"))
            if not values.pop("is_real", True):
                values = {"key_type": "normal", **values}
                NotificationFactory(template=self.template, is_real=False, **values)
            elif values.get("status") == "created" and "type" not in values:
                # Its live row is there, too.
                self.notification = NotificationFactory(template=self.template, **values)
            else:
                sent(self.service, **values)

    def build(self, _=None):
        built = {london_day(each) for each in self.history().values_list("created_at", flat=True)}
        for day in sorted(built | set(FactBilling.objects.values_list("bst_date", flat=True))):
            rebuild_day(day)

    def history(self):
        return NotificationHistory.objects.filter(service=self.service)

    def become(self, status):
        self.history().update(status=status)

    def research_mode(self, on):
        Service.objects.filter(id=self.service.id).update(research_mode=on)

    def receipt(self, status):
        apply("mmg", Receipt(str(self.notification.id), None, Status(status), "0"))

    def facts(self, expected):
        self.build()
        rows = FactBilling.objects.filter(service_id=self.service.id).order_by(
            "bst_date", "notification_type", "provider", "postage", "rate_multiplier", "rate"
        )
        for each in expected:
            if "template" in each:
                each["template_id"] = template_id(each.pop("template"), default="one")
        require_alike([vars(row) for row in rows], expected)

    def yearly(self, expected):
        self.build()
        for year, lines in expected.items():
            require_alike([as_dict(x) for x in yearly_summary(self.service, year)], lines)

    def monthly(self, expected):
        self.build()
        for year, lines in expected.items():
            found = [as_dict(line) for line in monthly_usage(self.service, year)]
            for line in found:
                line["month"] = f"{line['month']:%B}"
            require_alike(found, lines)

    def charges(self, expected):
        self.build()
        for day, wanted in expected.items():
            charges = year_of(self.service, financial_year(day)).charges
            [found] = [each for each in charges if each.use.day == day]
            shown = {
                "units": found.use.units,
                "free": found.free,
                "charged": found.charged,
                "cost": found.cost,
            }
            require_alike([shown], [wanted])

    def remainder(self, expected):
        self.build()
        for day, left in expected.items():
            assert year_of(self.service, financial_year(day), until=day).remainder == left

    def cost(self, expected):
        self.build()
        for day, pounds in expected.items():
            charges = year_of(self.service, financial_year(day)).charges
            assert total(each for each in charges if each.use.day == day) == Decimal(pounds)

    def breakdown(self, expected):
        [bill] = billing_report(*days_of_2018())
        assert bill.letter_breakdown == expected

    def report(self, expected):
        [bill] = billing_report(expected["from"], expected["to"])
        texts = bill.of("sms")
        assert total(texts) == Decimal(expected["sms_cost"])
        assert sum(each.charged for each in texts) == expected["charged"]

    def organisation(self, expected):
        [bill] = organisation_usage(self.service.organisation_id, expected["year"])
        assert bill.remainder == expected["sms_remainder"]
        assert bill.cost == Decimal(expected["sms_cost"])

    def set_allowance(self, given):
        with freeze_time(given["at"]):
            set_allowance(self.service, given["limit"], actor=None)

    def refuses_text_rate_from(self, instant):
        with pytest.raises(IntegrityError, match="midnight"), transaction.atomic():
            RateFactory(valid_from=instant)

    def fragments(self, cases):
        for case in cases:
            for length, fragments in case["lengths"].items():
                body = case["character"] * length + case.get("body_end", "")
                assert sms_text(parse(body), {}, case.get("prefix")).fragments == fragments

    def sheets(self, cases):
        assert {pages: sheets_of(pages) for pages in cases} == cases

    def numbers(self, cases):
        for case in cases:
            number = parse_phone(case["number"])
            assert {
                "number": case["number"],
                "multiplier": number.rate_multiplier,
                "international": number.international,
                "needs_permission": needs_international_permission(number),
            } == case

    def logged(self, words):
        assert any(words in message for message in self.caplog.messages)

    def build_twice_at_once(self, day):
        def again():
            rebuild(self.service, day, prices_of(day))

        at_once(*[again] * 4)


def template_id(name, default=None):
    """Return the id of a template that the examples name; the default has the factory's."""
    return TEMPLATE_ID if name == default else uuid.uuid5(uuid.NAMESPACE_DNS, name)


def as_dict(line):
    return {name: getattr(line, name) for name in line.__slots__}


def days_of_2018():
    day = datetime(2018, 10, 5, tzinfo=UTC).date()
    return day, day


def require_alike(found, expected):
    """Compare whole lists, of each thing what is expected of it."""
    wanted = [
        {name: Decimal(value) if name in MONEY else value for name, value in each.items()}
        for each in expected
    ]
    shown = [{name: row[name] for name in each} for row, each in zip(found, wanted, strict=False)]
    assert (len(found), shown) == (len(wanted), wanted)


def play(given, caplog):
    example = Example(given, caplog)
    for step in given["steps"]:
        [(name, argument)] = step.items()
        getattr(example, name)(argument)


def is_of_several_connections(example):
    return any(SEVERAL_CONNECTIONS in step for step in example["steps"])


@pytest.mark.parametrize(
    "given",
    [each for each in EXAMPLES if not is_of_several_connections(each)],
    ids=lambda each: each["name"],
)
@pytest.mark.django_db
def test_a_worked_example_comes_out(price_list, given, caplog):
    play(given, caplog)


@pytest.mark.parametrize(
    "given",
    [each for each in EXAMPLES if is_of_several_connections(each)],
    ids=lambda each: each["name"],
)
@pytest.mark.django_db(transaction=True)
def test_a_worked_example_of_several_connections_comes_out(price_list, given, caplog):
    play(given, caplog)


def test_there_are_fifty_of_them():
    numbers = [int(each["name"].split()[0]) for each in EXAMPLES]

    assert numbers == list(range(1, 51))
    assert all(each["steps"] for each in EXAMPLES)
