import pytest

from templates_app.form_checks import require_no_commas, require_shown_on_phones
from templates_app.validation import InvalidTemplate

LOST = {
    "one": ("Hi 👍 and 👍", "👍", "It"),
    "two": ("日 and 本", "日 or 本", "These characters"),
    "three": ("日 本 語", "日, 本 or 語", "These characters"),
    "four": ("日 本 語 字", "日, 本 or similar characters", "These characters"),
    "in a conditional text": ("((a??½))", "½", "It"),
    "a mark by itself": ("e\u0301", "\u0301", "It"),
}


@pytest.mark.parametrize(("content", "words", "subject"), LOST.values(), ids=LOST)
def test_characters_that_phones_do_not_show_are_listed(content, words, subject):
    with pytest.raises(InvalidTemplate) as refused:
        require_shown_on_phones(content)

    assert refused.value.message == (
        f"You cannot use {words} in text messages. "
        f"{subject} will not display properly on some phones."
    )


@pytest.mark.parametrize(
    "content",
    [
        "What? [Yes] €5",
        "a\r\nb\tc\u00a0d\u2003e\u2028f\u200bg\u0085h",
        "“curly” – \u2018quotes\u2019… ŵyl ōł",
        "((日本??yes)) ((名))",
    ],
    ids=["plain", "white space", "replaced", "names of placeholders"],
)
def test_characters_that_have_a_replacement_are_fine(content):
    require_shown_on_phones(content)


@pytest.mark.parametrize("text", ["((a, b))", "x ((a)) ((b,??c))"])
def test_a_comma_in_the_name_of_a_placeholder_is_refused(text):
    with pytest.raises(InvalidTemplate, match="You cannot put commas between double brackets"):
        require_no_commas(None, "", text)


def test_commas_elsewhere_are_fine():
    require_no_commas("a, ((b)), ((c??d, e))", None)
