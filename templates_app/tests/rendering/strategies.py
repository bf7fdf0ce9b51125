"""What the properties of rendering are tried on: texts full of structure, and any values."""

import os

from hypothesis import settings
from hypothesis import strategies as st

BLOCK_MARKS = ["# ", "## ", "###", "* ", "- ", "*", "• ", "1. ", "23.", "^ ", "^"]
LINES = ["---", "***", "_ _ _", "===", "-", "=", "\n", "\n", "\n\n", "\r\n", "\r"]
LINKS = [
    "[x](https://a.example/b)",
    '[two words](a.example "title")',
    "https://a.example/?b=1&c=2",
    "http://",
    "HTTP:",
    "www.a.example",
    "jo@a.example",
    "javascript:alert(1)",
    "data:text/html,",
    "![",
    "[",
    "]",
    "](",
    "(",
    ")",
]
MARKUP = ["<", ">", "<b onclick=x>", "</p>", "<!--", "-->", '"', "'", "\\", "`", "&", ";"]
REFERENCES = ["&lt;", "&amp;", "&nbsp;", "&#60;", "&lt", "&#0;", "&#13;", "&#x8d;", "&#xD800;"]
REFERENCES += ["&#1114112;", "&bull;", "&amp;lt;"]
PLACEHOLDERS = ["((a))", "((B b))", "((c??shown", "((c??# shown))", "))", "((", "??"]
SPACES = [" ", "  ", "    ", "\t", "\u00a0", "\u202f", "\u3000", "\u2028", "\x0b", "\x85"]
INVISIBLE = ["\u200b", "\ufeff", "\u3164", "\u202e", "\u2066", "\x00", "\x1b", "\x7f", "\x9f"]
WORDS = ["word", "Two words ", "GOV.UK", "QR: ", ",", ".", " - ", "–", "é", "ŵ", "€", "ế", "😀"]
WORDS += ["日", "\ud800", "\udfff", "\ufffe", "1", "yes"]
PIECES = [
    *(BLOCK_MARKS + LINES + LINKS + MARKUP),
    *(REFERENCES + PLACEHOLDERS + SPACES + INVISIBLE + WORDS),
]
NAMES = ["a", "B_b", "b-b", "C", "unused"]


def checked(test):
    """Try a property on as many examples as ``PROPERTY_EXAMPLES`` says."""
    examples = int(os.environ.get("PROPERTY_EXAMPLES", "200"))
    return settings(
        max_examples=examples, deadline=None, database=None, derandomize="CI" in os.environ
    )(test)


def texts(max_size=16):
    """Return texts in which structures occur, with anything else between them."""
    piece = st.one_of(st.sampled_from(PIECES), st.sampled_from(PIECES), st.text(max_size=3))
    return st.lists(piece, max_size=max_size).map("".join)


def json_values():
    """Return whatever may stand for a value in a request."""
    simple = st.one_of(
        texts(8),
        st.none(),
        st.booleans(),
        st.integers(),
        st.sampled_from([10**18, -(10**18), 10**4000]),
        st.floats(allow_nan=False, allow_infinity=False),
    )
    nested = st.recursive(
        simple,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts(2), inner, max_size=2),
        max_leaves=5,
    )
    return st.one_of(texts(8), texts(8), st.lists(texts(4), max_size=4), nested)


def values():
    """Return values for the names that templates use, and others."""
    return st.dictionaries(st.sampled_from(NAMES) | texts(2), json_values(), max_size=5)
