"""The newest rows of a table that is too big to count: one statement, which reads few of them.

A branch is one value of each column that leads an index: its newest rows lie side by side there. Of
each branch a bounded number is looked at, so that some question may find less than a page. Then the
answer says how far back was looked, and where one goes on.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import prod
from typing import Any, Final
from uuid import UUID

from django.db import connection

Clause = tuple[str, list[Any]]

PAGE: Final = 50
# How many rows are looked at where no index answers all of a question: at first, for most finds are
# recent, and at most. Each may lie on a page of the table of its own.
GLANCE: Final = 2_000
MOST_LOOKED_AT: Final = 15_000
# How many are read where an index answers all of it.
BUDGET: Final = 30_000
# More branches cost more than looking along the time does.
MOST_BRANCHES: Final = 4_000


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a page begins: at a row that it does not show, on towards the older."""

    instant: datetime
    id: UUID


@dataclass(frozen=True, slots=True)
class Leading:
    """A column that leads an index.

    Attributes:
        column: as the statement names it; ``n`` is the table.
        type: of the values, to PostgreSQL.
        values: those that are looked for.
    """

    column: str
    type: str
    values: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Question:
    """Which rows are looked for, and how an index leads to them.

    Attributes:
        table: has columns id and created_at.
        leading: the columns before the time in the index; without any it is on the time alone.
        partial: conditions of the index itself.
        rest: conditions that no index answers, for the rows that are looked at.
        since: the first instant.
        before: the first instant that is too late.
        instant: the time as the index has it.
        given: a time as it is compared with that.
    """

    table: str
    leading: Sequence[Leading] = ()
    partial: Sequence[Clause] = ()
    rest: Sequence[Clause] = ()
    since: datetime | None = None
    before: datetime | None = None
    instant: str = "n.created_at"
    given: str = "%s::timestamptz"

    @property
    def branches(self) -> int:
        """Return how many places of the index are read from."""
        return prod(len(each.values) for each in self.leading)


@dataclass(frozen=True, slots=True)
class Found:
    """A page of rows.

    Attributes:
        ids: of the rows, newest first.
        older: where the next page begins; None when there is none.
        looked_at: how many rows were asked the rest where that ended the page; else None.
    """

    ids: list[UUID] = field(default_factory=list)
    older: Place | None = None
    looked_at: int | None = None


def find_newest(
    question: Question, *, size: int = PAGE, place: Place | None = None, budget: int = BUDGET
) -> Found:
    """Return a page of the newest rows, or of those older than a place."""
    if not question.branches:
        return Found()
    if question.rest:
        budget = min(budget, MOST_LOOKED_AT)
    if question.rest and budget > GLANCE:
        found = _look(question, size, place, GLANCE)
        if found.looked_at is None:
            return found
    return _look(question, size, place, budget)


def _look(question: Question, size: int, place: Place | None, budget: int) -> Found:
    depth = max(min(budget if question.rest else size + 1, budget // question.branches), 1)
    statement, values = _statement(question, size, place, depth)
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows = cursor.fetchall()
    found = [row for row in rows if row[2] is None]
    if len(found) > size:
        return Found([row[0] for row in found[:size]], _place_of(found[size - 1]))
    ids = [row[0] for row in found]
    for end in rows[len(found) :]:
        return Found(ids, _place_of(end), end[2] if question.rest else None)
    return Found(ids)


def _place_of(row: Sequence[Any]) -> Place:
    instant: datetime = row[1]
    return Place(instant if instant.tzinfo else instant.replace(tzinfo=UTC), row[0])


def _statement(
    question: Question, size: int, place: Place | None, depth: int
) -> tuple[str, list[Any]]:
    """Return the statement: what fits, newest first, and where a branch was not read to its end.

    The row that the first such branch ends with bounds the page: of what is older, some may not
    have been looked at.
    """
    newest = f"{question.instant} DESC, n.id DESC"
    clauses: list[Clause] = [
        ("WITH looked AS MATERIALIZED (SELECT found.* FROM", []),
        _branches(question),
        (f"CROSS JOIN LATERAL (SELECT n.id, {question.instant} AS instant,", []),
        *_and(question.rest, "true"),
        (f"AS fits, row_number() OVER (ORDER BY {newest}) AS place", []),
        (f"FROM {question.table} n WHERE", []),
        *_and([*_led(question), *question.partial, *_between(question, place)], "true"),
        (f"ORDER BY {newest} LIMIT", []),
        _limit(question, depth),
        (") AS found),", []),
        (_CUT, [depth]),
        (_SHOWN, [size + 1]),
    ]
    return " ".join(text for text, _ in clauses), [value for _, each in clauses for value in each]


_CUT: Final = (
    "cut AS (SELECT instant, id FROM looked WHERE place = %s "
    "ORDER BY instant DESC, id DESC LIMIT 1), "
)
_SHOWN: Final = (
    "shown AS (SELECT l.id, l.instant, l.fits FROM looked l LEFT JOIN cut ON true "
    "WHERE cut.id IS NULL OR (l.instant, l.id) >= (cut.instant, cut.id)) "
    "(SELECT id, instant, NULL::bigint FROM shown WHERE fits "
    "ORDER BY instant DESC, id DESC LIMIT %s) "
    "UNION ALL (SELECT id, instant, (SELECT count(*) FROM shown) FROM cut)"
)


def _limit(question: Question, depth: int) -> Clause:
    """Return how many rows are read of a branch.

    Unknown to the planner, which so reads the index in its order: it expects as many rows in each
    branch, would rather sort all of them, and one has a million. Along the time it may know.
    """
    return ("(SELECT %s)", [depth]) if question.leading else ("%s", [depth])


def _branches(question: Question) -> Clause:
    if not question.leading:
        return "(VALUES (1)) AS branch (c0)", []
    values = ", ".join(
        f"unnest(%s::{each.type}[]) AS v{number} (c{number})"
        for number, each in enumerate(question.leading)
    )
    # Not multiplied out here: some thousand branches would make a statement of a megabyte.
    given = [list(each.values) for each in question.leading]
    return f"(SELECT * FROM {values}) AS branch", given  # noqa: S608 - our own columns


def _led(question: Question) -> list[Clause]:
    return [
        (f"{each.column} = branch.c{number}", []) for number, each in enumerate(question.leading)
    ]


def _between(question: Question, place: Place | None) -> list[Clause]:
    instant, given = question.instant, question.given
    clauses: list[Clause] = []
    if question.since is not None:
        clauses.append((f"{instant} >= {given}", [question.since]))
    if question.before is not None:
        clauses.append((f"{instant} < {given}", [question.before]))
    if place is not None:
        older = f"({instant}, n.id) < ({given}, (SELECT %s::uuid))"
        clauses.append((older, [place.instant, place.id]))
    return clauses


def _and(clauses: Sequence[Clause], otherwise: str) -> list[Clause]:
    if not clauses:
        return [(otherwise, [])]
    first, *others = clauses
    joined = [(f"AND ({text})", values) for text, values in others]
    return [(f"(({first[0]})", first[1]), *joined, (")", [])]
