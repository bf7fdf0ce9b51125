"""Read XML that strangers wrote: streaming, with bounded memory, without entities."""

from collections.abc import Iterator
from typing import IO
from xml.parsers.expat import ExpatError, ParserCreate, XMLParserType

from notifications.spreadsheets.refusals import UNREADABLE, FileRefused

_CHUNK_BYTES = 64 * 1024
# What the parser keeps until it ends: far above what spreadsheets need, far below what hurts.
_MAX_DEPTH = 100
_MAX_NAMES = 5_000
_MAX_NAMESPACES = 5_000
# 100,000 rows of twenty columns have a fifth less.
_MAX_ELEMENTS = 5_000_000
_MAX_TAG_BYTES = 512 * 1024
_MAX_DIGITS = 9


class Handler:
    """What a reader does with each piece of a part: nothing, unless it says otherwise.

    Names come without their namespace, those of attributes with it.
    """

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Meet the beginning of an element."""

    def end(self, name: str) -> None:
        """Meet its end."""

    def text(self, text: str) -> None:
        """Meet text, or a piece of one."""


def parse(stream: IO[bytes], handler: Handler) -> Iterator[None]:
    """Feed a part to its handler; yield after each piece, so that results can be taken.

    Raises:
        FileRefused: it is not XML, or XML that is made to hurt.
    """
    parser = _parser(handler)
    fed = 0
    try:
        while chunk := stream.read(_CHUNK_BYTES):
            parser.Parse(chunk, False)  # noqa: FBT003 - its arguments have no names
            fed += len(chunk)
            _require_bounded(parser, fed)
            yield
        parser.Parse(b"", True)  # noqa: FBT003
    except FileRefused:
        raise
    except (ExpatError, LookupError, ValueError) as error:
        # The last two: its encoding is unknown, or has characters of several bytes.
        raise FileRefused(UNREADABLE) from error
    yield


def _require_bounded(parser: XMLParserType, fed: int) -> None:
    if fed - parser.CurrentByteIndex > _MAX_TAG_BYTES or len(parser.intern) > _MAX_NAMES:
        raise FileRefused(UNREADABLE)


def read(stream: IO[bytes], handler: Handler) -> None:
    """Feed a whole part to its handler.

    Raises:
        FileRefused: as ``parse`` does.
    """
    for _ in parse(stream, handler):
        pass


def whole_number(text: str) -> int:
    """Return the number that an attribute or a value says.

    Raises:
        FileRefused: it is none, or one beyond all spreadsheets.
    """
    if not (text.isascii() and text.isdecimal() and len(text) <= _MAX_DIGITS):
        raise FileRefused(UNREADABLE)
    return int(text)


class _LocalNames(dict[str, str]):
    """Names of elements without their namespace, worked out when first met."""

    def __missing__(self, name: str) -> str:
        local = self[name] = name.rpartition(" ")[2]
        return local


class _Guard:
    """Hands on what the parser meets, as long as it stays within what spreadsheets hold."""

    def __init__(self, handler: Handler) -> None:
        self._start, self._end = handler.start, handler.end
        self._local = _LocalNames()
        self._depth = self._elements = self._namespaces = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._elements += 1
        if self._depth > _MAX_DEPTH or self._elements > _MAX_ELEMENTS:
            raise FileRefused(UNREADABLE)
        self._start(self._local[name], attributes)

    def end(self, name: str) -> None:
        self._depth -= 1
        self._end(self._local[name])

    def declare_namespace(self, *_: str | None) -> None:
        self._namespaces += 1
        if self._namespaces > _MAX_NAMESPACES:
            raise FileRefused(UNREADABLE)

    def declare_document_type(self, *_: object) -> None:
        """Spreadsheets have none, and without one there are no entities to expand."""
        raise FileRefused(UNREADABLE)


def _parser(handler: Handler) -> XMLParserType:
    parser = ParserCreate(namespace_separator=" ", intern={})
    guard = _Guard(handler)
    parser.buffer_text = True
    parser.StartElementHandler = guard.start
    parser.EndElementHandler = guard.end
    parser.CharacterDataHandler = handler.text
    parser.StartNamespaceDeclHandler = guard.declare_namespace
    parser.StartDoctypeDeclHandler = guard.declare_document_type
    return parser
