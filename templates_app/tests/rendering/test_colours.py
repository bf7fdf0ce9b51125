import pytest

from templates_app.rendering.colours import READABLE, colour_or, contrast, readable_on


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    # Source: WebAIM's contrast checker.
    [
        ("#ffffff", "#000000", 21),
        ("#ffffff", "#ffffff", 1),
        ("#1d70b8", "#ffffff", 5.17),
        ("#777777", "#ffffff", 4.48),
    ],
    ids=["most", "none", "blue", "grey"],
)
def test_contrast_is_measured_either_way_round(one, other, ratio):
    assert contrast(one, other) == contrast(other, one) == pytest.approx(ratio, abs=0.01)


@pytest.mark.parametrize(
    ("background", "text"),
    [
        ("#0b0c0c", "#ffffff"),
        ("#1d70b8", "#ffffff"),
        ("#767676", "#ffffff"),
        ("#777777", "#000000"),
        ("#ffdd00", "#000000"),
        ("#FFFFFF", "#000000"),
    ],
    ids=["black", "blue", "just dark enough", "just not", "yellow", "white"],
)
def test_text_is_white_unless_it_could_not_be_read(background, text):
    assert readable_on(background) == text


def test_text_can_be_read_on_every_shade():
    channels = range(0, 256, 15)
    shades = [f"#{r:02x}{g:02x}{b:02x}" for r in channels for g in channels for b in channels]

    assert min(contrast(shade, readable_on(shade)) for shade in shades) >= READABLE


@pytest.mark.parametrize(
    "text",
    [None, "", "red", "#fff", "#1234567", "#12345g", "#112233;x:y", " #112233", "#11223\uff13"],
    ids=str,
)
def test_what_is_no_colour_is_not_written(text):
    assert colour_or(text, "#0b0c0c") == "#0b0c0c"
    assert colour_or("#ABCDEF", "") == "#ABCDEF"
