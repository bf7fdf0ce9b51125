import pytest

from templates_app.rendering.markdown_inline import inline_tokens


def written(tokens):
    """Write tokens in short: texts as they are, breaks as ``/``, links as ``<target|text>``."""
    marks = {
        "text": lambda token: token.content,
        "softbreak": lambda _: "/",
        "link_open": lambda token: f"<{'|'.join(token.attrs.values())}|",
        "link_close": lambda _: ">",
    }
    return "".join(marks[token.type](token) for token in tokens)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", ""),
        ("words, *and* _more_", "words, *and* _more_"),
        ("a\nb", "a/b"),
        ("a  \n\t b", "a/b"),
        ("a \\\nb", "a /b"),
        ("\\*a\\* \\b \\", "*a* \\b \\"),
        ("\\[a](b)", "[a](b)"),
        ("[a](b) [c](d 'e')", "<b|a> <d|e|c>"),
        ("[a \\] [b]](c(d))", "<c(d)|a ] [b]>"),
        ("[a](b", "[a](b"),
        ("[a]\n(b)", "[a]/(b)"),
        ("a![b](c) d", "a d"),
        ("a![b](c)  \nd", "a/d"),
        ("a\\![b](c)", "a!<c|b>"),
        ("https://a.b/c, d", "<https://a.b/c|https://a.b/c>, d"),
        ("(http://a.b).", "(<http://a.b|http://a.b>)."),
        ("https://... http:// ://a", "https://... http:// ://a"),
        ("\\https://a", "\\<https://a|https://a>"),
        ("https://a\\_b", "<https://a\\_b|https://a\\_b>"),
    ],
)
def test_the_inside_of_a_block_is_text_links_and_breaks(content, expected):
    assert written(inline_tokens(content)) == expected


def test_text_between_marks_is_one_token():
    tokens = inline_tokens("a \\* b ![c](d) e")

    assert [token.content for token in tokens] == ["a * b  e"]


def test_only_links_that_stand_for_themselves_are_bare():
    tokens = inline_tokens("https://a [https://a](https://a)")

    assert [token.markup for token in tokens if token.nesting == 1] == ["bare", ""]
