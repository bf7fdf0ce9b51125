"""What differs between two texts, word by word; a placeholder is one word."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Literal

Kind = Literal["equal", "added", "removed"]
Words = Sequence[str]
# A piece of a text before and after; they are equal where nothing changed.
Piece = tuple[str, str]

_PLACEHOLDER = r"\(\([^()]+\)\)"
# From the largest pieces to the smallest: within those that differ, smaller ones are compared.
_SPLITS: tuple[Callable[[str], list[str]], ...] = (
    re.compile(rf"(?:{_PLACEHOLDER}|[^\n])+\n?|\n").findall,
    re.compile(rf"(?:{_PLACEHOLDER}|[^.!?])+[.!?]*\s*|[.!?]+\s*").findall,
    re.compile(rf"{_PLACEHOLDER}|\w+|[^\S\n]+|.", re.DOTALL).findall,
)
_words_of = _SPLITS[-1]
# What is compared with how much, at most; what is more is shown as replaced as a whole.
_MOST_PIECES = 20_000
_MOST_PAIRS = 200_000
_MARKS: dict[Kind, str] = {"equal": "{}", "removed": "[-{}-]", "added": "{{+{}+}}"}
# Of what stays the same, as much is shown on either side of a change.
_WORDS_AROUND = 6


@dataclass(frozen=True, slots=True)
class Run:
    """A part of a text that stays, comes or goes."""

    kind: Kind
    text: str


def word_diff(before: str, after: str) -> list[Run]:
    """Return the runs that make one text of another: in order, none empty, none beside its like."""
    pieces = [(before, after)]
    for split in _SPLITS:
        pieces = [smaller for piece in pieces for smaller in _within(piece, split)]
    return _runs(_without_lone_spaces(pieces))


def shortened(runs: Sequence[Run]) -> list[Run]:
    """Return the runs with what stays the same cut down to a few words around each change."""
    last = len(runs) - 1
    return [
        Run(run.kind, _shortened(run.text, is_first=place == 0, is_last=place == last))
        if run.kind == "equal"
        else run
        for place, run in enumerate(runs)
    ]


def marked(runs: Sequence[Run]) -> str:
    """Return the runs as one text: what goes as ``[-this-]``, what comes as ``{+this+}``."""
    return "".join(_MARKS[run.kind].format(run.text) for run in runs)


def _within(piece: Piece, split: Callable[[str], list[str]]) -> list[Piece]:
    """Return a piece in smaller ones that stand for each other, if it differs."""
    before, after = piece
    if before == after:
        return [piece]
    a, b = split(before), split(after)
    first = _common(a, b)
    end = _common(a[first:][::-1], b[first:][::-1])
    # Most changes are small: what is around them is not compared again and again.
    middle_a, middle_b = a[first : len(a) - end], b[first : len(b) - end]
    start, rest = "".join(a[:first]), "".join(a[len(a) - end :])
    return [
        piece
        for piece in ((start, start), *_matched(middle_a, middle_b), (rest, rest))
        if piece != ("", "")
    ]


def _common(a: Words, b: Words) -> int:
    """Return how many words both begin with."""
    for place, (one, other) in enumerate(zip(a, b, strict=False)):
        if one != other:
            return place
    return min(len(a), len(b))


def _matched(a: Words, b: Words) -> list[Piece]:
    if len(a) + len(b) > _MOST_PIECES:
        return [("".join(a), "".join(b))]
    matcher = SequenceMatcher(None, a, b)
    popular = matcher.bpopular  # type: ignore[attr-defined]  # documented, and not in the stubs
    if _pairs(a, b, popular) > _MOST_PAIRS:
        return [("".join(a), "".join(b))]
    return [
        ("".join(a[a_from:a_to]), "".join(b[b_from:b_to]))
        for _, a_from, a_to, b_from, b_to in matcher.get_opcodes()
    ]


def _pairs(a: Words, b: Words, ignored: Set[str]) -> int:
    """Return how many pairs of equal words one pass over the texts would look at."""
    places = Counter(b)
    return sum(count * places[word] for word, count in Counter(a).items() if word not in ignored)


def _without_lone_spaces(pieces: Iterable[Piece]) -> list[Piece]:
    """Let two changes with nothing but a space between them be one."""
    found: list[Piece] = []
    for before, after in pieces:
        if before != after and len(found) > 1 and _is_space(found[-1]) and _differs(found[-2]):
            (space, _), (old, new) = found.pop(), found.pop()
            found.append((old + space + before, new + space + after))
        else:
            found.append((before, after))
    return found


def _is_space(piece: Piece) -> bool:
    return not _differs(piece) and piece[0].isspace() and "\n" not in piece[0]


def _differs(piece: Piece) -> bool:
    return piece[0] != piece[1]


def _runs(pieces: Iterable[Piece]) -> list[Run]:
    found: list[Run] = []
    # Twice: what came and went may be the same when it is put together.
    for before, after in _joined(_joined(pieces)):
        if before == after:
            found.append(Run("equal", before))
        else:
            found += [Run("removed", before), Run("added", after)]
    return [run for run in found if run.text]


def _joined(pieces: Iterable[Piece]) -> list[Piece]:
    """Put together what differs, and what does not, as long as it goes on."""
    groups = [list(group) for _, group in groupby(pieces, key=_differs)]
    return [("".join(b for b, _ in group), "".join(a for _, a in group)) for group in groups]


def _shortened(text: str, *, is_first: bool, is_last: bool) -> str:
    words = _words_of(text)
    # As many spaces stand between them.
    around = 2 * _WORDS_AROUND
    head = [] if is_first else words[:around]
    tail = [] if is_last else words[-around:]
    if len(head) + len(tail) + 1 >= len(words):
        return text
    gap = ("" if is_first else " ") + "…" + ("" if is_last else " ")
    return "".join([*head, gap, *tail])
