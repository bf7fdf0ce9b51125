"""From YAML to typed entries that know where they stand, with every problem on the way."""

import dataclasses
import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import yaml

from notify_project.texts import is_storable


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something stands in the file, counted from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Something wrong, and where."""

    place: Place
    what: str


class Unreadable(Exception):
    """A value is not what its field needs."""

    def __init__(self, place: Place, what: str) -> None:
        super().__init__(what)
        self.problem = Problem(place, what)


@dataclass(frozen=True, slots=True)
class Item:
    """One text of a list, with its place."""

    text: str
    place: Place


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A mapping of the file; subclasses declare its fields.

    Attributes:
        place: where the entry begins.
        places: where each field that the file gives has its value.
    """

    place: Place
    places: Mapping[str, Place]

    def gives(self, name: str) -> bool:
        """Whether the file says anything about this field."""
        return name in self.places


AnyEntry = TypeVar("AnyEntry", bound=Entry)
Reader = Callable[[yaml.Node, list[Problem]], Any]


def required(reader: Reader) -> Any:
    """Declare a field that the file has to give."""
    return field(metadata={"reader": reader, "required": True})


def optional(reader: Reader, *, default: Any = None) -> Any:
    """Declare a field that the file may leave out."""
    return field(default=default, metadata={"reader": reader})


def read(source: bytes, entry: type[AnyEntry], problems: list[Problem]) -> AnyEntry | None:
    """Read a whole file.

    Args:
        source: the file's content.
        entry: the class that declares the fields of the top level.
        problems: what is wrong is added here.

    Returns:
        What could be read; None if nothing could.
    """
    try:
        node = _compose(source)
        return entries(entry, many=False)(node, problems)  # type: ignore[no-any-return]  # a reader
    except Unreadable as error:
        problems.append(error.problem)
        return None


def _compose(source: bytes) -> yaml.Node:
    try:
        node = yaml.compose(source.decode(), Loader=yaml.SafeLoader)
    except UnicodeDecodeError as error:
        before = source[: error.start]
        place = Place(before.count(b"\n") + 1, error.start - before.rfind(b"\n"))
        raise Unreadable(place, "the file is not UTF-8 text") from error
    except yaml.reader.ReaderError as error:
        start = source.decode()[: error.position]
        place = Place(start.count("\n") + 1, error.position - start.rfind("\n"))
        raise Unreadable(place, "this character is not allowed in YAML") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)
        raise Unreadable(place, f"this is not YAML: {error.problem or error.context}") from error
    except RecursionError as error:
        raise Unreadable(Place(1, 1), "the file is nested too deeply") from error
    if node is None:
        raise Unreadable(Place(1, 1), "the file is empty")
    return node


def place_of(node: yaml.Node) -> Place:
    """Return where a node begins."""
    return Place(node.start_mark.line + 1, node.start_mark.column + 1)


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return ``; did you mean ...?`` or nothing."""
    close = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean {close[0]}?" if close else ""


def text(limit: int = 255, *, lines: bool = False) -> Reader:
    """Return a reader of text.

    Args:
        limit: the most characters.
        lines: several lines are allowed and kept as they are; otherwise the text is trimmed.
    """

    def reader(node: yaml.Node, _problems: list[Problem]) -> str:
        value = _scalar(node, "str", "text (put it in quotes)")
        if not is_storable(value):
            raise Unreadable(place_of(node), "must not contain null characters or halves of pairs")
        if lines:
            return value
        value = value.strip()
        if not value:
            raise Unreadable(place_of(node), "must not be empty")
        if len(value) > limit:
            raise Unreadable(place_of(node), f"must have at most {limit} characters")
        if len(value.splitlines()) > 1:
            raise Unreadable(place_of(node), "must be one line")
        return value

    return reader


def flag(node: yaml.Node, _problems: list[Problem]) -> bool:
    """Read true or false."""
    return yaml.SafeLoader.bool_values[_scalar(node, "bool", "true or false").lower()]


def number(limit: int) -> Reader:
    """Return a reader of whole numbers from 0."""

    def reader(node: yaml.Node, _problems: list[Problem]) -> int:
        wanted = f"a whole number from 0 to {limit}"
        raw = _scalar(node, "int", wanted).replace("_", "")
        if not raw.isdecimal() or not raw.isascii() or len(raw) > 20 or int(raw) > limit:
            raise Unreadable(place_of(node), f"must be {wanted}")
        return int(raw)

    return reader


def one_of(choices: Iterable[str]) -> Reader:
    """Return a reader of one word of a closed list."""
    words = list(choices)

    def reader(node: yaml.Node, _problems: list[Problem]) -> str:
        value = _scalar(node, "str", f"one of {', '.join(words)}")
        if value not in words:
            raise Unreadable(
                place_of(node), f"must be one of {', '.join(words)}{suggestion(value, words)}"
            )
        return value

    return reader


def nullable(reader: Reader) -> Reader:
    """Let a reader take ``null`` for "none"."""

    def reads(node: yaml.Node, problems: list[Problem]) -> Any:
        return None if node.tag.endswith(":null") else reader(node, problems)

    return reads


def items(reader: Reader) -> Reader:
    """Return a reader of a list of texts, each with its place."""

    def reads(node: yaml.Node, problems: list[Problem]) -> tuple[Item, ...]:
        found: dict[str, Item] = {}
        for child in _children(node):
            try:
                item = Item(reader(child, problems), place_of(child))
            except Unreadable as error:
                problems.append(error.problem)
                continue
            if item.text in found:
                problems.append(Problem(item.place, f"{item.text} is in this list already"))
            found.setdefault(item.text, item)
        return tuple(found.values())

    return reads


def entries(entry: type[Entry], *, many: bool = True) -> Reader:
    """Return a reader of one entry, or of a list of entries."""

    def one(node: yaml.Node, problems: list[Problem]) -> Entry | None:
        return _entry(entry, node, problems)

    def all_of(node: yaml.Node, problems: list[Problem]) -> tuple[Entry, ...]:
        found = []
        for child in _children(node):
            try:
                found.append(_entry(entry, child, problems))
            except Unreadable as error:
                problems.append(error.problem)
        return tuple(one for one in found if one is not None)

    return all_of if many else one


def _entry(entry: type[AnyEntry], node: yaml.Node, problems: list[Problem]) -> AnyEntry | None:
    """Read one entry; None if a field that it needs is missing or unreadable."""
    if not isinstance(node, yaml.MappingNode):
        raise Unreadable(place_of(node), "must be a mapping of fields (name: value)")
    nodes = _fields(node, problems)
    values: dict[str, Any] = {}
    complete = True
    declared = {one.name: one for one in dataclasses.fields(entry) if "reader" in one.metadata}
    for name, declaration in declared.items():
        if name not in nodes:
            if declaration.metadata.get("required"):
                problems.append(Problem(place_of(node), f"{name} is missing"))
                complete = False
            continue
        try:
            values[name] = declaration.metadata["reader"](nodes[name][1], problems)
        except Unreadable as error:
            problems.append(Problem(error.problem.place, f"{name} {error.problem.what}"))
            complete = complete and not declaration.metadata.get("required")
    problems.extend(
        Problem(place_of(key), f"unknown field {name}{suggestion(name, declared)}")
        for name, (key, _) in nodes.items()
        if name not in declared
    )
    places = {name: place_of(nodes[name][1]) for name in values}
    return entry(place=place_of(node), places=places, **values) if complete else None


def _fields(
    node: yaml.MappingNode, problems: list[Problem]
) -> dict[str, tuple[yaml.Node, yaml.Node]]:
    """Return the key and the value of each field, by name."""
    found: dict[str, tuple[yaml.Node, yaml.Node]] = {}
    for key, value in node.value:
        name = key.value if isinstance(key, yaml.ScalarNode) else "?"
        if name in found:
            problems.append(Problem(place_of(key), f"{name} is given twice"))
        found.setdefault(name, (key, value))
    return found


def _scalar(node: yaml.Node, kind: str, wanted: str) -> str:
    if not isinstance(node, yaml.ScalarNode) or node.tag != f"tag:yaml.org,2002:{kind}":
        raise Unreadable(place_of(node), f"must be {wanted}")
    return str(node.value)


def _children(node: yaml.Node) -> list[yaml.Node]:
    if not isinstance(node, yaml.SequenceNode):
        raise Unreadable(place_of(node), 'must be a list (lines that begin with "- ")')
    return list(node.value)
