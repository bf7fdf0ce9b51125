import pytest

from notify_project.texts import InvalidName, clean_name, trim

NAMES = {
    "a plain name": ("Name", "Name"),
    "white space": (" \t\u00a0Name\u2003\n", "Name"),
    "unseen at the ends": ("\u200b Na\u200dme\ufeff \u2060", "Na\u200dme"),
    "unseen alone": ("\u200b\u200d\ufeff", ""),
    "formats alone": ("\u00ad\u200e", ""),
    "nothing": ("", ""),
}


@pytest.mark.parametrize(("given", "kept"), NAMES.values(), ids=NAMES)
def test_a_name_is_kept_without_what_nobody_sees(given, kept):
    assert clean_name(given) == kept


@pytest.mark.parametrize("control", ["\u202e", "\u202a", "\u2066", "\u2069"], ids=ascii)
def test_a_name_that_turns_round_is_refused(control):
    with pytest.raises(InvalidName, match="direction of text"):
        clean_name(f"Name{control}eman")


def test_a_line_of_nothing_visible_is_empty():
    assert trim("\u2028\u200b \u202f") == ""
