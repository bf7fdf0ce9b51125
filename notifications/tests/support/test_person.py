import pytest

from notifications.support.person import Kind, NotSearchable, read_person


def one(text):
    [sought] = read_person([text]).sought
    return sought


@pytest.mark.parametrize(
    ("written", "kind", "normalised", "spellings", "others"),
    [
        (
            " Jo.Bloggs@Example.ORG",
            Kind.EMAIL,
            "jo.bloggs@example.org",
            ["jo.bloggs@example.org", "JO.BLOGGS@EXAMPLE.ORG\u200b "],
            ["jobloggs@example.org", "ajo.bloggs@example.org", ""],
        ),
        (
            "+44 (0)7700-900123",
            Kind.PHONE,
            "447700900123",
            ["07700 900123", "447700900123", "0044 7700 900 123", "7700900123"],
            ["07700 900124", "07700 9001230", "17700900123", "jo", ""],
        ),
        (
            "+1 202-555-0143",
            Kind.PHONE,
            "12025550143",
            ["0012025550143", "1 202 555 0143"],
            ["020 2555 0143"],
        ),
        (
            "Amala Bird, 12 High  Street,sw146bh",
            Kind.ADDRESS,
            "sw146bh",
            [
                "Amala Bird\n12 High Street\nLondon\nSW14 6BH",
                "amala bird\nFlat 2, 12 HIGH STREET.\nsw14 6bh\nUnited Kingdom",
            ],
            [
                "Amala Bird\n112 High Street\nSW14 6BH",
                "Ben Bird\n12 High Street\nSW14 6BH",
                "Amala Bird\n12 High Street\nSW14 6BJ",
                "",
            ],
        ),
        (
            "8 Canal Street, Paris, France",
            Kind.ADDRESS,
            "france",
            ["A Person\n8 Canal Street\nParis\nFrance"],
            ["A Person\n8 Canal Street\nParis\nGermany"],
        ),
    ],
    ids=["email", "phone", "abroad", "address", "address abroad"],
)
def test_a_recipient_is_known_in_every_spelling(written, kind, normalised, spellings, others):
    sought = one(written)

    assert (sought.kind, sought.normalised) == (kind, normalised)
    assert [text for text in [written, *spellings] if not sought.is_recipient(text)] == (
        [] if kind != Kind.ADDRESS else [written]
    )
    assert [text for text in others if sought.is_recipient(text)] == []


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ([], "Give 1 to 20"),
        (["jo@example.org"] * 21, "Give 1 to 20"),
        (["jo@example.org", "jo@@example.org"], "Recipient 2: Not a valid email address"),
        (["London"], "Recipient 1 is no email address"),
        (["SW14 6BH"], "at least one line"),
        (["12 High Street, London"], "a postcode, or a country"),
        ([""], "Recipient 1"),
    ],
    ids=["none", "too many", "email", "word", "postcode alone", "no postcode", "empty"],
)
def test_what_cannot_be_looked_for_is_refused_without_repeating_it(texts, message):
    with pytest.raises(NotSearchable) as caught:
        read_person(texts)

    assert message in caught.value.message
    assert not any(text and text in caught.value.message for text in texts)


def test_digests_tell_the_same_person_again_and_depend_on_the_keys(settings):
    person = read_person(["jo@example.org", "07700 900123", "1 Road, SW1A 1AA"])
    again = read_person(["1 ROAD\nsw1a1aa", "+447700900123", "JO@example.org", "jo@example.org"])

    before = set(person.digests)
    assert person.digests == again.digests
    assert len(before) == 3
    assert "jo" not in repr(person)
    settings.ENCRYPTION_KEYS = ["YW5vdGhlci1rZXktb2YtdGhpcnR5LXR3by1ieXRlcyE="]
    assert not set(read_person(["jo@example.org"]).digests) & before


@pytest.mark.parametrize(
    ("text", "tells"),
    [
        ("for Jo@Example.org, again", True),
        ("call 0044 7700-900 123", True),
        ("lives at 1 Road; SW1A 1AA", True),
        ("case 7700", False),
        ("SW1A 1AA", False),
        ("", False),
        (None, False),
    ],
    ids=["email", "number", "address", "case", "postcode", "empty", "null"],
)
def test_a_text_that_tells_who_it_is_is_known(text, tells):
    person = read_person(["jo@example.org", "07700 900123", "1 Road, SW1A 1AA"])

    assert person.is_told_by(text) is tells
