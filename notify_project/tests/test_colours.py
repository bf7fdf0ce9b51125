import pytest

from notify_project.colours import is_colour


@pytest.mark.parametrize("text", ["#0b0c0c", "#ABCDEF"])
def test_six_digits_are_a_colour(text):
    assert is_colour(text)


@pytest.mark.parametrize(
    "text",
    ["", "red", "#fff", "0b0c0c", "#0b0c0c\n", "#0b0c0c;x:y", "#11223\uff13"],
    ids=["nothing", "name", "short", "no mark", "line end", "more", "wide digit"],
)
def test_anything_else_is_none(text):
    assert not is_colour(text)
