import pytest

from notify_project.recipients.unknown import normalise


@pytest.mark.parametrize(
    ("text", "normalised"),
    [
        (" Amala.Bird@Example.ORG ", "amala.bird@example.org"),
        ("07900 900123", "447900900123"),
        ("+44 (0)7900-900-123", "447900900123"),
        ("+1 202 555 0104", "12025550104"),
        ("1 High Street\nSW1A 1AA", "1highstreetsw1a1aa"),
        ("Amala Bird, amala@example.org", "amalabird,amala@example.org"),
        ("0790", "0790"),
        ("", ""),
    ],
    ids=["email", "national", "odd", "abroad", "lines", "lines with an address", "part", "nothing"],
)
def test_a_recipient_of_any_kind_is_normalised_as_messages_to_it_are(text, normalised):
    assert normalise(text) == normalised
