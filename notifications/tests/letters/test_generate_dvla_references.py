"""The command that gives references to letters without one."""

import re
import uuid
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from notifications.letters import missing_references
from notifications.models import Notification, NotificationHistory
from notifications.tests.factories import NotificationFactory, NotificationHistoryFactory
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db


def generate(*args):
    out = StringIO()
    call_command("generate_dvla_references", *args, stdout=out)
    return out.getvalue().splitlines()


def references(letter):
    """Return the live one and the one in history."""
    return [
        model.objects.values_list("reference", flat=True).filter(id=letter.id).first()
        for model in (Notification, NotificationHistory)
    ]


def test_a_letter_gets_the_same_reference_live_and_in_history():
    letter = NotificationFactory(letter=True, reference=None)

    output = generate()

    live, history = references(letter)
    assert re.fullmatch("[A-Z0-9]{16}", live)
    assert live == history
    assert output[-1] == "1 letters were given a reference"


def test_a_letter_that_is_only_in_history_gets_one_too():
    purged = NotificationHistoryFactory(notification_type="letter")

    generate()

    assert re.fullmatch("[A-Z0-9]{16}", references(purged)[1])


def test_a_reference_that_a_letter_has_in_one_table_is_copied_to_the_other():
    live_only = NotificationFactory(letter=True, reference="LIVE" * 4)
    history_only = NotificationFactory(letter=True, reference="HIST" * 4)
    NotificationHistory.objects.filter(id=live_only.id).update(reference=None)
    Notification.objects.filter(id=history_only.id).update(reference=None)

    generate()

    assert references(live_only) == ["LIVE" * 4] * 2
    assert references(history_only) == ["HIST" * 4] * 2


def test_a_second_run_changes_nothing():
    letter = NotificationFactory(letter=True, reference=None)
    generate()
    given = references(letter)

    output = generate()

    assert output == ["0 letters were given a reference"]
    assert references(letter) == given


def test_texts_emails_and_letters_with_a_reference_are_left_alone():
    rows = [
        NotificationFactory(),
        NotificationFactory(email=True, reference="provider-id"),
        NotificationFactory(letter=True),
    ]
    before = [references(row) for row in rows]

    generate()

    assert [references(row) for row in rows] == before


def test_a_dry_run_only_counts_each_letter_once():
    letter = NotificationFactory(letter=True, reference=None)
    NotificationHistoryFactory(notification_type="letter")

    output = generate("--dry-run")

    assert output == ["2 letters have no reference"]
    assert references(letter) == [None, None]


def test_only_the_letters_of_a_service():
    template, other = TemplateFactory(letter=True), TemplateFactory(letter=True)
    wanted = NotificationFactory(template=template, reference=None)
    left = NotificationFactory(template=other, reference=None)

    output = generate("--service", str(template.service_id))

    assert output[-1] == "1 letters were given a reference"
    assert references(wanted)[0]
    assert references(left) == [None, None]


def test_batches_go_on_until_every_letter_has_one(monkeypatch):
    monkeypatch.setattr(missing_references, "BATCH", 2)
    template = TemplateFactory(letter=True)
    letters = [NotificationFactory(template=template, reference=None) for _ in range(5)]

    output = generate()

    assert output == [
        "2 letters so far",
        "4 letters so far",
        "5 letters so far",
        "5 letters were given a reference",
    ]
    assert len({references(letter)[0] for letter in letters}) == 5


def test_fresh_references_are_printed_and_nothing_is_stored():
    letter = NotificationFactory(letter=True, reference=None)

    output = generate("--count", "1500")

    assert len(set(output)) == 1500
    assert all(re.fullmatch("[A-Z0-9]{16}", line) for line in output)
    assert references(letter) == [None, None]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--service", "42"], "42 is not a service's id"),
        (["--service", str(uuid.UUID(int=7))], "there is no service"),
        (["--count", "0"], "a whole number above 0"),
        (["--count=-3"], "a whole number above 0"),
        (["--count", "ten"], "a whole number above 0"),
        (["--count", "5", "--dry-run"], "cannot be combined"),
    ],
)
def test_wrong_arguments_are_refused_and_change_nothing(args, message):
    letter = NotificationFactory(letter=True, reference=None)

    with pytest.raises(CommandError, match=message) as refusal:
        generate(*args)

    assert refusal.value.returncode == 1
    assert references(letter) == [None, None]
