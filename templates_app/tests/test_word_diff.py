import random
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates_app.word_diff import Run, marked, shortened, word_diff

WORDS = st.sampled_from(
    ["Dear", "((name))", "((late??Pay))", "come", "on", "Monday", " ", "  ", "\n", "\n\n", ",", "é"]
)
TEXTS = st.lists(WORDS, max_size=15).map("".join)


def before(runs):
    return "".join(run.text for run in runs if run.kind != "added")


def after(runs):
    return "".join(run.text for run in runs if run.kind != "removed")


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ("", "", ""),
        ("same", "same", "same"),
        ("", "new", "{+new+}"),
        ("old", "", "[-old-]"),
        ("come on Monday.", "come on Tuesday.", "come on [-Monday-]{+Tuesday+}."),
        ("Dear ((name)),", "Dear ((full name)),", "Dear [-((name))-]{+((full name))+},"),
        ("((a??Pay now))", "((a??Pay later))", "[-((a??Pay now))-]{+((a??Pay later))+}"),
        ("a b c", "x y z", "[-a b c-]{+x y z+}"),
        ("a\nb", "a\nb\nc", "a\nb{+\nc+}"),
        ("one\ntwo\nthree", "one\nthree", "one\n[-two\n-]three"),
        ("(a)", "((a))", "[-(a)-]{+((a))+}"),
    ],
)
def test_what_goes_and_what_comes_is_told_word_by_word(old, new, shown):
    assert marked(word_diff(old, new)) == shown


@given(TEXTS, TEXTS)
def test_the_runs_make_both_texts(old, new):
    runs = word_diff(old, new)

    assert (before(runs), after(runs)) == (old, new)
    assert all(run.text for run in runs)
    kinds = [run.kind for run in runs]
    assert not any(one == other for one, other in pairwise(kinds))
    assert ("added", "removed") not in pairwise(kinds)


@given(TEXTS)
def test_equal_texts_do_not_differ(text):
    assert word_diff(text, text) == ([Run("equal", text)] if text else [])


def test_what_stays_is_cut_to_a_few_words_around_each_change():
    words = [f"w{number}" for number in range(60)]
    changed = [*words[:20], "x", *words[21:40], "y", *words[41:]]

    text = marked(shortened(word_diff(" ".join(words), " ".join(changed))))

    assert text.startswith("… w14 w15 w16 w17 w18 w19 [-w20-]{+x+} w21 w22 w23 w24 w25 w26 … w34 ")
    assert text.endswith("[-w40-]{+y+} w41 w42 w43 w44 w45 w46 …")
    assert len(text) < 200


def natural(rng, count):
    words = [f"w{number}" for number in range(8000)]
    return rng.choices(words, [1 / (place + 1) for place in range(8000)], k=count)


def hostile():
    """Return pairs of about 100 kB on which comparing each word with each other takes for ever."""
    rng = random.Random(7)
    few = [f"v{number}" for number in range(100)]
    yield " ".join(rng.choices(few, k=25_000)), " ".join(rng.choices(few, k=25_000))
    yield "\n".join(rng.choices(few, k=25_000)), "\n".join(rng.choices(few, k=25_000))
    yield "a b" * 30_000, "b a" * 30_000
    yield "(( " * 30_000, "))( " * 30_000
    text = natural(rng, 18_000)
    yield " ".join(text), " ".join(natural(rng, 18_000))
    yield " ".join(text), " ".join(reversed(text))


def test_texts_of_100_kilobytes_are_compared_in_a_moment():
    rng = random.Random(7)
    text = natural(rng, 18_000)
    edited = [*text[:9000], "here", *text[9000:12_000], *text[12_010:]]
    began = time.process_time()

    runs = word_diff(" ".join(text), " ".join(edited))
    for old, new in hostile():
        found = word_diff(old, new)
        assert (before(found), after(found)) == (old, new)

    assert [run.text for run in runs if run.kind == "added"] == ["here "]
    assert time.process_time() - began < 15
