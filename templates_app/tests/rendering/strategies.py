"""What the properties of rendering are tried on: texts full of structure, and any values."""

import os

from hypothesis import settings
from hypothesis import strategies as st

BLOCK_MARKS = ["# ", "## ", "###", "* ", "- ", "*", "• ", "1. ", "23.", "^ ", "^"]
LINES = ["", "---", "***", "_ _ _", "===", "-", "="]
LINE_BREAKS = ["\n", "\n", "\n", "\n\n", "\n\n", "\r\n", "\r", "\u2028", "\x0b", "\x85"]
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
SPACES = [" ", "  ", "    ", "\t", "\u00a0", "\u202f", "\u3000", "\x1f"]
INVISIBLE = ["\u200b", "\ufeff", "\u3164", "\u202e", "\u2066", "\x00", "\x1b", "\x7f", "\x9f"]
WORDS = ["word", "Two words ", "GOV.UK", "QR: ", ",", ".", " - ", "–", "é", "ŵ", "€", "ế", "😀"]
WORDS += ["日", "\ud800", "\udfff", "\ufffe", "1", "yes"]
PIECES = [*LINKS, *MARKUP, *REFERENCES, *PLACEHOLDERS, *SPACES, *INVISIBLE, *WORDS]
NAMES = ["a", "B_b", "b-b", "C", "unused"]


def checked(test):
    """Try a property on as many examples as ``PROPERTY_EXAMPLES`` says."""
    examples = int(os.environ.get("PROPERTY_EXAMPLES", "200"))
    return settings(
        max_examples=examples, deadline=None, database=None, derandomize="CI" in os.environ
    )(test)


def texts(max_lines=6):
    """Return texts in which structures occur, with anything else between them."""
    piece = st.one_of(*map(st.sampled_from, (WORDS, LINKS, PIECES)), st.text(max_size=3))
    mark = st.sampled_from(BLOCK_MARKS * 4 + SPACES + INVISIBLE)
    words = st.lists(piece, min_size=1, max_size=5).map("".join)
    marked = st.builds("{}{}{}".format, mark, st.just("") | mark, words)
    line = st.one_of(words, marked, st.sampled_from(LINES))
    ended = st.builds("{}{}".format, line, st.sampled_from(LINE_BREAKS))
    return st.lists(ended, min_size=1, max_size=max_lines).map("".join) | words


def json_values():
    """Return whatever may stand for a value in a request."""
    simple = st.one_of(
        texts(2),
        st.none(),
        st.booleans(),
        st.integers(),
        st.sampled_from([10**18, -(10**18), 10**4000]),
        st.floats(allow_nan=False, allow_infinity=False),
    )
    nested = st.recursive(
        simple,
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=2)
        ),
        max_leaves=5,
    )
    return st.one_of(texts(2), texts(2), st.lists(texts(1), max_size=4), nested)


def values():
    """Return values for the names that templates use, and others."""
    return st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES, json_values()))
