import pytest
import smartypants  # type: ignore[import-untyped]  # the package has no types
from hypothesis import given, settings
from hypothesis import strategies as st

from templates_app.rendering.typography import curl_quotes, typographic


@settings(deadline=None, database=None)
@given(st.text("ab s'1 \"_-.,(é\n", max_size=12))
def test_quotes_are_curled_as_the_library_does(text):
    entities = {"&#8216;": "\u2018", "&#8217;": "’", "&#8220;": "“", "&#8221;": "”"}
    expected = smartypants.convert_quotes(text)
    for entity, character in entities.items():
        expected = expected.replace(entity, character)

    assert curl_quotes(text) == expected


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("the '90s aren't over", "the \u201890s aren’t over"),
        ("it's o'neil@example.org's", "it’s o'neil@example.org's"),
        ("a  --  b", "a – b"),
        ("a---b", "a---b"),
        ("a - - b", "a – - b"),
        ("- a -", "- a -"),
        ("x \t, y", "x, y"),
    ],
)
def test_text_is_set_as_a_typographer_would(text, result):
    assert typographic(text) == result


def test_a_quote_alone_looks_at_what_stands_before_it():
    assert [curl_quotes('"', before=before) for before in ("", "x ", "x")] == ["“", "“", "”"]


def test_spaces_go_before_quotes_are_curled():
    assert typographic('foo " . bar') == "foo \u201c. bar"
