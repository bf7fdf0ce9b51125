"""Barcodes of letters."""

import re
from itertools import chain, repeat
from unittest.mock import patch

import pytest

from notifications.letters.references import (
    NoUnusedReference,
    Unprintable,
    new_reference,
    printable_reference,
    reference_for_new_letter,
    taken_references,
    unused_reference,
)
from notifications.models import Notification
from notifications.tests.factories import NotificationFactory, NotificationHistoryFactory


def test_references_are_sixteen_capitals_and_digits_and_never_the_same():
    references = {new_reference() for _ in range(10_000)}

    assert len(references) == 10_000
    assert all(re.fullmatch("[A-Z0-9]{16}", reference) for reference in references)


def test_a_collision_gives_a_different_reference():
    refused = []

    def is_taken(reference):
        refused.append(reference)
        return len(refused) < 5

    reference = unused_reference(is_taken)

    assert reference == refused[-1]
    assert reference not in refused[:-1]


def test_five_collisions_are_an_error():
    tried = []

    with pytest.raises(NoUnusedReference):
        unused_reference(lambda reference: tried.append(reference) or True)

    assert len(set(tried)) == 5


@pytest.mark.django_db
def test_a_letter_that_lives_or_lived_keeps_its_reference_from_others():
    live = NotificationFactory(letter=True)
    purged = NotificationHistoryFactory(notification_type="letter", reference="A" * 16)
    email = NotificationFactory(email=True, reference="B" * 16)

    taken = taken_references([live.reference, purged.reference, email.reference, "C" * 16])

    assert taken == {live.reference, purged.reference}


@pytest.mark.django_db
def test_a_new_letter_gets_another_reference_than_a_taken_one():
    NotificationFactory(letter=True, reference="A" * 16)

    with patch("secrets.choice", side_effect=chain(repeat("A", 16), repeat("B"))):
        reference = reference_for_new_letter()

    assert reference == "B" * 16


@pytest.mark.django_db
def test_changing_a_letter_leaves_its_reference_alone():
    letter = NotificationFactory(letter=True)

    Notification.objects.filter(id=letter.id).update(billable_units=2)

    assert Notification.objects.get().reference == letter.reference


def test_the_reference_of_a_letter_can_be_printed():
    letter = Notification(reference="A1" * 8)

    assert printable_reference(letter) == "A1A1A1A1A1A1A1A1"


@pytest.mark.parametrize("reference", [None, "", "A" * 17])
def test_a_letter_that_no_receipt_could_name_is_not_printed(reference):
    letter = Notification(reference=reference)

    with pytest.raises(Unprintable, match=str(letter.id)):
        printable_reference(letter)
