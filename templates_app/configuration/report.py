"""What applying a file did, or would do."""

from dataclasses import dataclass, field
from typing import Any, TypeGuard

from templates_app.configuration.source import Place, Problem
from templates_app.word_diff import marked, shortened, word_diff

_MOST_SHOWN = 40


@dataclass
class Report:
    """Changes in the order they were made, problems, and the ids of all that the file names.

    Attributes:
        changes: one line each: ``+`` for new, ``~`` for changed.
        problems: with any of them nothing is applied.
        notes: what waits for somebody, or was refused: nothing that this run changes.
        diffs: of a change whose texts are too long for a line, what differs word by word.
        ids: organisations and services by name, with their templates and keys.
    """

    changes: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    diffs: dict[str, str] = field(default_factory=dict)
    ids: dict[str, Any] = field(default_factory=lambda: {"organisations": {}, "services": {}})

    def added(self, what: str) -> None:
        """Note something new."""
        self.changes.append(f"+ {what}")

    def changed(self, what: str, differences: dict[str, tuple[Any, Any]]) -> None:
        """Note fields with their old and new values."""
        for name, (before, after) in differences.items():
            words = f"{_short(before)} -> {_short(after)}"
            line = f"~ {what}: {name.replace('_', ' ')} {words}"
            self.changes.append(line)
            if _is_cut(before) and _is_cut(after):
                self.diffs[line] = marked(shortened(word_diff(before, after)))

    def note(self, what: str) -> None:
        """Note what is no change of this run."""
        self.notes.append(f"= {what}")

    def problem(self, place: Place, what: str) -> None:
        """Note something wrong."""
        self.problems.append(Problem(place, what))


def _short(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "nothing"
    text = str(value)
    return f'"{_first_line(text)[:_MOST_SHOWN]}…"' if _is_cut(text) else text


def _is_cut(value: Any) -> TypeGuard[str]:
    return isinstance(value, str) and (_first_line(value) != value or len(value) > _MOST_SHOWN)


def _first_line(text: str) -> str:
    return text.splitlines()[0] if text.strip() else text
