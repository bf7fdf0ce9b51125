"""Recipients that are shown in part."""

import pytest

from notifications.support.masked import masked


@pytest.mark.parametrize(
    ("kind", "recipient", "shown"),
    [
        ("sms", "07700 900123", "••• 123"),
        ("sms", "+44 (0)7700-900123", "••• 123"),
        ("sms", "12345", "•••"),
        ("email", "jo.bloggs@example.com", "j•••@example.com"),
        ("letter", "1 High Street\nSW1A 1AA", "postal address"),
        ("email", "", "erased"),
    ],
    ids=["number", "spelling", "short", "email", "letter", "erased"],
)
def test_a_recipient_is_known_again_by_those_who_know_it(kind, recipient, shown):
    assert masked(kind, recipient) == shown
