import pytest

from services.names import key_word, local_part


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Parking", "parking"),
        ("Parking permits", "parking.permits"),
        ("  Parking \t permits\n", "parking.permits"),
        ("Cyngor Sîr Ynys Môn", "cyngor.sir.ynys.mon"),
        ("Dr. Who & Co.", "dr.who.co"),
        ("a...b", "a.b"),
        ("...a...", "a"),
        ("It's 50% off!", "its.50.off"),
        ("under_score", "underscore"),
        ("日本", ""),
        ("!?", ""),
    ],
)
def test_a_name_becomes_a_local_part(name, expected):
    assert local_part(name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Live key", "live_key"),
        ("Clé  d'accès", "cle_dacces"),
        ("my-key_1", "mykey_1"),
        ("\u00a0a\u00a0b", "a_b"),
        ("日本", ""),
    ],
)
def test_a_name_becomes_the_word_that_a_key_begins_with(name, expected):
    assert key_word(name) == expected


def test_a_word_of_a_key_never_holds_a_space():
    words = [key_word(f"a{chr(code)}b") for code in range(0x3100)]

    assert not [word for word in words if any(character.isspace() for character in word)]
