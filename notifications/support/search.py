"""Find anything by what somebody knows of it: an id, a reference, a name, a recipient.

Each question reads a bounded number of rows along an index, or all rows of a table of hundreds.
Recipients are looked for only with a reason, and leave an audit event with a keyed digest.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from notifications.support import search_kinds as kinds
from notifications.support.people import find_accounts
from notifications.support.person import Kind as RecipientKind
from notifications.support.person import NotSearchable, Person, read_person
from notifications.support.refusals import find_suppression_entries
from notifications.support.running import require_reason
from notifications.support.search_kinds import Hit, Kind, hit_of, service_of
from notifications.support.search_rows import (
    Rows,
    by_names,
    by_references,
    by_request,
    read,
    to_recipient,
    with_id,
)
from notify_project import audit
from notify_project.api.errors import BadRequest
from notify_project.logs import read_request_id
from services.models import Service, User

MOST_SHOWN: Final = 50
_SHORTEST: Final = 2
_LONGEST: Final = 1000
_REFERENCES: Final = "a reference of a caller, a provider or a letter's barcode"
_REQUEST_ID_DIGITS: Final = (16, 32)


class NothingToFind(BadRequest):
    """What is looked for is empty, or longer than anything that is stored."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks, and what they may see.

    Attributes:
        user: None is somebody at the command line.
        may: whether they have a permission.
        may_see: whether they may see what belongs to a service; None is the platform.
    """

    user: User | None
    may: Callable[[str], bool]
    may_see: Callable[[UUID | None], bool]


def everything(user: User | None) -> Viewer:
    """Return somebody who may see all there is."""
    return Viewer(user, may=lambda _: True, may_see=lambda _: True)


@dataclass(frozen=True, slots=True)
class Group:
    """Hits of one kind, the newest first; ``has_more`` if not all are here."""

    kind: Kind
    hits: list[Hit]
    has_more: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What a search found.

    Attributes:
        tried: as what the term was looked for, in words.
        hints: what else may be the matter.
        wants_reason: the term is a recipient, and was not looked for as one.
    """

    groups: list[Group]
    tried: list[str] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)
    wants_reason: bool = False

    @property
    def hits(self) -> list[Hit]:
        """Return all hits."""
        return [hit for group in self.groups for hit in group.hits]


def search(term: str, viewer: Viewer, *, reason: str = "") -> Answer:
    """Find what a term stands for.

    Args:
        term: as somebody typed it.
        viewer: who looks.
        reason: why a recipient is looked for; without one it is not.

    Raises:
        NothingToFind: the term is empty or too long.
        Unaccountable: the reason names the person.
    """
    term = term.strip().replace("\0", "")
    if not _SHORTEST <= len(term) <= _LONGEST:
        raise NothingToFind(f"Type {_SHORTEST} to {_LONGEST} characters")
    if (wanted := read_id(term)) is not None:
        return _by_id(term, wanted, viewer)
    if (request := read_request(term)) is not None:
        rows = read([*by_request(term, request), *by_references(term)])
        return _answer(rows, viewer, ["the id of a request", _REFERENCES])
    return _by_text(term, viewer, reason)


def read_id(term: str) -> UUID | None:
    """Return the id that a term is, with dashes or without."""
    try:
        return UUID(term.strip())
    except ValueError:
        return None


def read_request(term: str) -> UUID | None:
    """Return the id of a request that a term is."""
    term = term.strip()
    return read_request_id(term) if len(term) in _REQUEST_ID_DIGITS else None


def read_recipient(term: str) -> Person | None:
    """Return the phone number or email address that a term is, in any spelling."""
    try:
        person = read_person([term])
    except NotSearchable:
        return None
    return None if person.sought[0].kind == RecipientKind.ADDRESS else person


def _by_id(term: str, wanted: UUID, viewer: Viewer) -> Answer:
    seen = _seen(viewer)
    rows = read([*by_request(term, wanted), *with_id(wanted, seen), *by_references(term)])
    tried = [f"the id of any of: {', '.join(_words(seen))}", "the id of a request", _REFERENCES]
    hints = ["Its service may keep messages for a few days only; of a test nothing is left then."]
    return _answer(rows, viewer, tried, hints)


def _seen(viewer: Viewer) -> list[Kind]:
    return [kind for kind in kinds.KINDS if viewer.may(kind.permission)]


def _words(some: Iterable[Kind]) -> list[str]:
    return [kind.words[0].lower() + kind.words[1:] for kind in some]


def _by_text(term: str, viewer: Viewer, reason: str) -> Answer:
    rows = read([*by_references(term), *by_names(term)])
    tried = [
        _REFERENCES,
        "the beginning of the name of a job's file, the name of a print batch",
        "a part of the name of a service, a template, an API key, an organisation or a person",
    ]
    hints = [
        "References are looked for exactly as they were given, with capital letters and spaces.",
        "Of messages past their retention only the provider's reference can be looked for.",
    ]
    person = read_recipient(term)
    if person is None or not viewer.may("notifications.view_recipient"):
        if "@" in term:
            hints.insert(0, _WHY_NO_RECIPIENT[person is None])
        return _answer(rows, viewer, tried, hints)
    if not reason.strip():
        return _answer(rows, viewer, tried, hints, wants_reason=True)
    found = _to(person, viewer, reason)
    hints = ["Messages are kept as long as their service wants; history does not know to whom."]
    return _answer(
        {**rows, **found}, viewer, ["a recipient or sender, in any spelling", *tried], hints
    )


_WHY_NO_RECIPIENT: Final = {
    True: "It is no whole email address or phone number.",
    False: "To look for a recipient takes the right to see recipients.",
}


def _to(person: Person, viewer: Viewer, reason: str) -> Rows:
    """Look for a person, which is written down before anything is seen."""
    require_reason(person, reason, "")
    audit.record(
        "find recipient",
        audit.Search("recipient"),
        actor=viewer.user,
        after={"digests": person.digests},
        reason=reason.strip(),
    )
    return {
        **to_recipient(person),
        kinds.SUPPRESSED: find_suppression_entries(person),
        kinds.PEOPLE: find_accounts(person),
    }


def _answer(
    rows: Rows,
    viewer: Viewer,
    tried: list[str],
    hints: list[str] | None = None,
    *,
    wants_reason: bool = False,
) -> Answer:
    known = {row.pk for row in rows.get(kinds.MESSAGES, [])}
    if kinds.HISTORY in rows:
        rows[kinds.HISTORY] = [row for row in rows[kinds.HISTORY] if row.pk not in known]
    seen = {
        kind: [row for row in rows[kind] if viewer.may_see(service_of(kind, row))]
        for kind in _seen(viewer)
        if kind in rows
    }
    owners = (service_of(kind, row) for kind, found in seen.items() for row in found)
    ids = {owner for owner in owners if owner is not None}
    names = dict(Service.objects.filter(id__in=ids).values_list("id", "name")) if ids else {}
    with_hint = viewer.may("notifications.view_recipient")
    groups = [
        Group(
            kind,
            [hit_of(kind, row, names, with_hint=with_hint) for row in found[:MOST_SHOWN]],
            len(found) > MOST_SHOWN,
        )
        for kind, found in seen.items()
        if found
    ]
    return Answer(groups, tried, hints or [], wants_reason)
