"""Take text away from a part of a page."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from pypdf import PageObject
from pypdf.generic import ContentStream

from notifications.letters.geometry import PAGE_HEIGHT, POINTS_PER_MM, Box

Matrix = tuple[float, float, float, float, float, float]
Operation = tuple[Any, bytes]

_SAME: Final[Matrix] = (1, 0, 0, 1, 0, 0)
# Source: ISO 32000-1, 9.4.3: those that show text, and what else two of them do.
_SHOWS: Final = {b"Tj", b"TJ", b"'", b'"'}
_NEXT_LINE: Final = {b"T*", b"'", b'"'}


@dataclass(slots=True)
class _Pen:
    """Where the next text begins: in which system, on which line, how far the next line is."""

    system: Matrix = _SAME
    line: Matrix = _SAME
    leading: float = 0
    kept: list["_Pen"] = field(default_factory=list)

    def moved(self, operands: Sequence[Any], operator: bytes) -> None:
        """Follow an instruction."""
        if operator == b"q":
            self.kept.append(replace(self, kept=[]))
        elif operator == b"Q" and self.kept:
            before = self.kept.pop()
            self.system, self.leading = before.system, before.leading
        elif operator == b"cm":
            self.system = _product(_matrix(operands), self.system)
        elif operator == b"BT":
            self.line = _SAME
        elif operator == b"Tm":
            self.line = _matrix(operands)
        else:
            self._turned(operands, operator)

    def _turned(self, operands: Sequence[Any], operator: bytes) -> None:
        """Follow an instruction that leads to another line."""
        if operator == b"TL":
            self.leading = float(operands[0])
        elif operator in {b"Td", b"TD"}:
            across, up = map(float, operands)
            self.line = _product((1, 0, 0, 1, across, up), self.line)
            self.leading = -up if operator == b"TD" else self.leading
        elif operator in _NEXT_LINE:
            self.line = _product((1, 0, 0, 1, 0, -self.leading), self.line)

    @property
    def position(self) -> tuple[float, float]:
        """Return where that is on the page, in millimetres from its top left corner."""
        *_, across, up = _product(self.line, self.system)
        return across / POINTS_PER_MM, PAGE_HEIGHT - up / POINTS_PER_MM


def remove_text(page: PageObject, boxes: Sequence[Box]) -> None:
    """Remove text that begins in parts of a page; what drawings within it say stays.

    Args:
        page: A4, its lower left corner at zero.
        boxes: the parts.
    """
    contents = page.get_contents()
    if contents is None:
        return
    contents.operations = list(_without_text(contents.operations, boxes))
    stream: ContentStream = contents
    page.replace_contents(stream)


def _without_text(operations: Iterable[Operation], boxes: Sequence[Box]) -> Iterator[Operation]:
    pen = _Pen()
    for operands, operator in operations:
        pen.moved(operands, operator)
        if operator not in _SHOWS or not any(_is_in(pen.position, box) for box in boxes):
            yield operands, operator
            continue
        if operator == b'"':
            yield [operands[0]], b"Tw"
            yield [operands[1]], b"Tc"
        if operator in _NEXT_LINE:
            yield [], b"T*"


def _is_in(position: tuple[float, float], box: Box) -> bool:
    across, down = position
    return box.left <= across <= box.right and box.top <= down <= box.bottom


def _matrix(operands: Sequence[Any]) -> Matrix:
    a, b, c, d, e, f = map(float, operands)
    return a, b, c, d, e, f


def _product(one: Matrix, other: Matrix) -> Matrix:
    a, b, c, d, e, f = one
    k, l, m, n, o, p = other  # noqa: E741 - as in the standard
    return (
        a * k + b * m,
        a * l + b * n,
        c * k + d * m,
        c * l + d * n,
        e * k + f * m + o,
        e * l + f * n + p,
    )
