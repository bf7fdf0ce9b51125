"""manage.py load_rates."""

from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from freezegun import freeze_time

from billing.models import LetterRate, Rate
from billing.rates import letter_rate_of, prices_of, sms_rate_of
from notify_project.models import AuditEvent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("price_list")]
FIVE = "rates: [0.80, 0.84, 0.89, 0.94, 0.98]"
SECOND = f"letters: [{{from: 2027-04-01, class: second, crown: both, {FIVE}}}]"


@pytest.fixture(autouse=True)
def _today():
    with freeze_time("2026-06-15T12:00:00Z"):
        yield


@pytest.fixture
def load(tmp_path, django_capture_on_commit_callbacks):
    """Return a function that loads a text and returns what the command printed."""

    def load(text, *options):
        path, out = tmp_path / "prices.yaml", StringIO()
        path.write_text(text)
        with django_capture_on_commit_callbacks(execute=True):
            call_command("load_rates", str(path), *options, stdout=out)
        return out.getvalue()

    return load


def everything():
    letters = LetterRate.objects.values_list("id", "start_date", "end_date", "rate")
    return sorted(Rate.objects.values_list("id", "rate")), sorted(letters, key=str)


def test_a_price_of_texts_holds_from_its_day(load):
    printed = load("texts: [{from: 2027-04-01, rate: 0.0250}]", "--reason", "contract")

    assert (
        printed
        == "new: texts from 2027-04-01: 0.0250\n1 changes made\n0 prices are there already\n"
    )
    assert [sms_rate_of(date(2027, *day)) for day in ((3, 31), (4, 1))] == [
        Decimal("0.0240"),
        Decimal("0.0250"),
    ]
    event = AuditEvent.objects.get(action="add price")
    assert (event.after["rate"], event.reason) == ("0.0250", "contract")


def test_a_new_price_of_letters_ends_the_one_before(load):
    printed = load(SECOND)

    assert printed.count("new: ") == 10
    assert printed.count("ends on 2027-04-01: ") == 10
    assert "20 changes made" in printed
    assert letter_rate_of(date(2027, 3, 31), 2, "second", crown=True) == Decimal("0.77")
    assert letter_rate_of(date(2027, 4, 1), 2, "second", crown=False) == Decimal("0.84")
    assert AuditEvent.objects.filter(action="end price").count() == 10


def test_a_dry_run_tells_and_changes_nothing(load):
    before = everything()

    printed = load(SECOND, "--dry-run")

    assert "20 changes would be made\n0 prices are there already" in printed
    assert everything() == before
    assert not AuditEvent.objects.exists()


def test_loading_twice_changes_nothing_the_second_time(load):
    load(SECOND)
    before = everything()

    assert load(SECOND) == "0 changes made\n10 prices are there already\n"

    assert everything() == before


def test_several_prices_of_a_kind_follow_each_other(load):
    load(
        "letters:\n"
        "- {from: 2028-04-01, class: first, crown: yes, rates: [3]}\n"
        "- {from: 2027-04-01, class: first, crown: yes, rates: [2]}\n"
    )

    days = (date(2027, 3, 31), date(2027, 4, 1), date(2028, 3, 31), date(2028, 4, 1))
    rates = [letter_rate_of(day, 1, "first", crown=True) for day in days]
    assert rates == [Decimal("1.56"), 2, 2, 3]
    assert letter_rate_of(date(2028, 4, 1), 1, "first", crown=False) == Decimal("1.56")


def test_a_new_class_of_postage_begins_where_it_is_told(load):
    load("letters: [{from: 2027-04-01, class: pigeon, crown: both, rates: [9]}]")

    assert prices_of(date(2027, 3, 31)).of_letter(1, "pigeon", True) is None
    assert letter_rate_of(date(2027, 4, 1), 1, "pigeon", crown=None) == 9


def test_a_price_that_has_not_begun_is_changed(load):
    load("texts: [{from: 2026-06-16, rate: 0.03}]")

    printed = load("texts: [{from: 2026-06-16, rate: 0.04}]")

    assert "changed: texts from 2026-06-16: 0.04, was 0.03" in printed
    assert sms_rate_of(date(2026, 6, 16)) == Decimal("0.04")
    event = AuditEvent.objects.get(action="change price")
    assert (event.before, event.after["rate"]) == ({"rate": "0.03000"}, "0.04")


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("texts: [{from: 2026-04-01, rate: 0.05}]", "would edit a price that was in force, 0.024"),
        (
            "letters: [{from: 2026-01-05, class: second, crown: yes, rates: [0.9]}]",
            "would edit a price that was in force, 0.73",
        ),
        (
            "letters: [{from: 2025-06-01, class: second, crown: yes, rates: [0.9]}]",
            "overlaps the price from 2026-01-05: 0.73",
        ),
        (f"{SECOND}\ntexts: [{{from: 2026-04-01, rate: 9}}]", "would edit a price"),
    ],
)
def test_what_overlaps_or_edits_is_refused_and_nothing_is_changed(load, text, refusal):
    before = everything()

    with pytest.raises(CommandError, match=refusal):
        load(text)

    assert everything() == before


def test_a_price_of_the_past_says_what_to_build_again(load):
    printed = load("texts: [{from: 2026-06-01, rate: 0.03}]")

    assert "manage.py rebuild_billing --from 2026-06-01" in printed
    assert sms_rate_of(date(2026, 6, 1)) == Decimal("0.03")


@pytest.mark.parametrize("text", ["texts: 7", "texts: [{from: x, rate: 1}]"])
def test_mistakes_of_the_file_are_told(load, text):
    with pytest.raises(CommandError, match="texts"):
        load(text)


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(CommandError, match="cannot be read: No such file"):
        call_command("load_rates", str(tmp_path / "none.yaml"))
