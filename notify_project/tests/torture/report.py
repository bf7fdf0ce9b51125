"""The table of what was broken and what came of it: as text, as Markdown and as JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from notify_project.tests.torture.runner import Row

HEADINGS = (
    "fault",
    "messages",
    "lost",
    "sent twice",
    "allowed twice",
    "unknown outcomes",
    "not final",
    "seconds to recover",
)
SHOWN = 10


def as_markdown(rows: Sequence[Row]) -> str:
    """Return the table, and below it why messages were sent again and what is wrong."""
    cells = [HEADINGS, *map(_cells, rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEADINGS))]
    lines = [_line(line, widths) for line in cells]
    lines.insert(1, _line(["-" * width for width in widths], widths))
    return "\n".join([*lines, *_excuses(rows), *_complaints(rows)]) + "\n"


def as_json(rows: Sequence[Row]) -> str:
    """Return everything that is known."""
    return json.dumps([asdict(row) | {"good": row.is_good} for row in rows], indent=2) + "\n"


def write(rows: Sequence[Row], directory: Path) -> None:
    """Write both."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "report.md").write_text(as_markdown(rows))
    (directory / "report.json").write_text(as_json(rows))


def _cells(row: Row) -> tuple[str, ...]:
    verdict = row.verdict
    recovered = "never" if row.recovered_after is None else f"{row.recovered_after:.1f}"
    figures = (
        verdict.messages,
        len(verdict.lost),
        len(verdict.sent_twice),
        sum(verdict.allowed_twice.values()),
        verdict.unknown,
        len(verdict.not_final),
    )
    return (row.name, *map(str, figures), recovered)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [
        cell.ljust(width) if column == 0 else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return f"| {' | '.join(padded)} |"


def _excuses(rows: Sequence[Row]) -> list[str]:
    lines = [
        f"- {row.name}: {number} again, because: {why}"
        for row in rows
        for why, number in sorted(row.verdict.allowed_twice.items())
    ]
    lines += [
        f"- {row.name}: {row.ended_by_time_limit} ended by the time limit, their receipts gone"
        for row in rows
        if row.ended_by_time_limit
    ]
    return ["", "Allowed:", "", *lines] if lines else []


def _complaints(rows: Sequence[Row]) -> list[str]:
    lines = [f"- {row.name}: {text}" for row in rows for text in wrong(row)]
    return ["", "Wrong:", "", *lines] if lines else []


def wrong(row: Row) -> list[str]:
    """Return everything that is wrong in a line, in words."""
    verdict = row.verdict
    found = [
        *(f"lost: {each.id} {each.why}" for each in verdict.lost[:SHOWN]),
        *(f"sent twice: {each.id} {each.why}" for each in verdict.sent_twice[:SHOWN]),
        *(f"given up: {each.id} {each.why}" for each in verdict.given_up[:SHOWN]),
        *(f"not final: {each.id} {each.why}" for each in verdict.not_final[:SHOWN]),
    ]
    if verdict.unequal:
        found.append(f"history differs for {len(verdict.unequal)}, such as {verdict.unequal[0]}")
    return found + row.complaints
