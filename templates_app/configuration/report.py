"""What applying a file did, or would do."""

from dataclasses import dataclass, field
from typing import Any

from templates_app.configuration.source import Place, Problem


@dataclass
class Report:
    """Changes in the order they were made, problems, and the ids of all that the file names.

    Attributes:
        changes: one line each: ``+`` for new, ``~`` for changed.
        problems: with any of them nothing is applied.
        ids: organisations and services by name, with their templates and keys.
    """

    changes: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    ids: dict[str, Any] = field(default_factory=lambda: {"organisations": {}, "services": {}})

    def added(self, what: str) -> None:
        """Note something new."""
        self.changes.append(f"+ {what}")

    def changed(self, what: str, differences: dict[str, tuple[Any, Any]]) -> None:
        """Note fields with their old and new values."""
        for name, (before, after) in differences.items():
            words = f"{_short(before)} -> {_short(after)}"
            self.changes.append(f"~ {what}: {name.replace('_', ' ')} {words}")

    def problem(self, place: Place, what: str) -> None:
        """Note something wrong."""
        self.problems.append(Problem(place, what))


def _short(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "nothing"
    text = str(value)
    first = text.splitlines()[0] if text.strip() else text
    return f'"{first[:40]}…"' if first != text or len(text) > 40 else text
