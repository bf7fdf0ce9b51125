"""The questions of a search to single tables, each answered by an index or a small table."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final
from uuid import UUID

from django.db.models import CharField, QuerySet, Value
from django.db.models.functions import Cast, Collate, Left, Lower

from notifications.models import (
    InboundSms,
    Job,
    LetterPrintBatch,
    Notification,
    NotificationHistory,
)
from notifications.providers.registry import PROVIDERS
from notifications.support import search_kinds as kinds
from notifications.support.listing import Wanted, find_messages
from notifications.support.person import Person
from notifications.support.search_kinds import Kind
from notify_project.logs import written_request_id
from notify_project.models import AuditEvent
from services.models import ApiKey, Organisation, Service, User
from templates_app.models import Template

Rows = dict[Kind, list[Any]]
Question = tuple[Kind, QuerySet[Any]]

# One more than is shown tells that there are more.
MOST: Final = 51
_BARCODE: Final = re.compile(r"[A-Za-z0-9]{16}")
# Texts of one sender lie side by side, service by service; of a busy sender these are enough.
_MOST_RECEIVED: Final = 1000


def read(questions: Iterable[Question]) -> Rows:
    """Return what some questions find: one statement for all, then one for each kind there is."""
    marked = [
        rows.values_list(Value(kind.name, output_field=CharField()), Cast("pk", CharField()))[:MOST]
        for kind, rows in questions
    ]
    if not marked:
        return {}
    first, *others = marked
    ids: dict[str, set[str]] = {}
    for name, row_id in first.union(*others, all=True):
        ids.setdefault(name, set()).add(row_id)
    return {kind: read_rows(kind, ids[kind.name]) for kind in kinds.KINDS if kind.name in ids}


def read_rows(kind: Kind, ids: Iterable[Any]) -> list[Any]:
    """Return rows of a kind, the newest first."""
    rows = kind.model._default_manager.filter(pk__in=ids)  # noqa: SLF001 - Django's way to any model
    return sorted(rows.defer(*kind.not_read), key=kind.at, reverse=True)


def with_id(wanted: UUID, some: Iterable[Kind]) -> Iterator[Question]:
    """Ask tables for a row with an id."""
    for kind in some:
        yield kind, kind.model._default_manager.filter(pk=wanted)  # noqa: SLF001 - as above


def by_request(term: str, request: UUID) -> Iterator[Question]:
    """Ask for the messages of a request that its caller named, and for what was done in it."""
    spellings = {term, term.lower(), written_request_id(request), request.hex}
    yield kinds.MESSAGES, Notification.objects.filter(request_id=request)
    yield kinds.EVENTS, AuditEvent.objects.filter(request_id__in=spellings)


def by_references(term: str) -> Iterator[Question]:
    """Ask for what a provider or the printer calls so, and for what a caller does."""
    references = [term, term.upper()] if _BARCODE.fullmatch(term) else [term]
    called_so = find_messages(Wanted(reference=term), size=MOST).ids
    texts = InboundSms.objects.filter(provider__in=list(PROVIDERS), provider_reference=term)
    yield kinds.MESSAGES, Notification.objects.filter(id__in=called_so)
    yield kinds.MESSAGES, Notification.objects.filter(reference__in=references)
    yield kinds.HISTORY, NotificationHistory.objects.filter(reference__in=references)
    yield kinds.RECEIVED, texts
    yield kinds.BATCHES, LetterPrintBatch.objects.filter(file_name=term)


def by_names(term: str) -> Iterator[Question]:
    """Ask for what people called so; of a job's file the beginning is enough."""
    templates = Template.objects.filter(name__icontains=term)
    api_keys = ApiKey.objects.filter(name__icontains=term)
    yield kinds.JOBS, jobs_named(term)
    yield kinds.TEMPLATES, templates.order_by("archived", "-created_at", "id")
    yield kinds.SERVICES, Service.objects.filter(name__icontains=term).order_by("name")
    yield kinds.API_KEYS, api_keys.order_by("-created_at", "id")
    yield kinds.ORGANISATIONS, Organisation.objects.filter(name__icontains=term).order_by("name")
    yield kinds.PEOPLE, User.objects.filter(name__icontains=term).order_by("name", "id")


def jobs_named(term: str) -> QuerySet[Job]:
    """Return the jobs whose file's name begins so, whatever its capital letters."""
    beginning = Collate(Lower(Left("original_file_name", Job.INDEXED_CHARACTERS)), "C")
    rows = Job.objects.listed().alias(beginning=beginning)
    return rows.filter(
        beginning__startswith=term.lower()[: Job.INDEXED_CHARACTERS],
        original_file_name__istartswith=term,
    ).order_by("-created_at", "-id")


def to_recipient(person: Person) -> Rows:
    """Return the messages to a person, and the texts from them."""
    [sought] = person.sought
    found = find_messages(Wanted(recipient=sought.normalised), size=MOST)
    texts: list[InboundSms] = []
    for number in person.numbers:
        rows = InboundSms.objects.sent_by(number).defer(*kinds.RECEIVED.not_read)
        texts = sorted(rows[:_MOST_RECEIVED], key=lambda row: row.created_at, reverse=True)
    return {kinds.MESSAGES: read_rows(kinds.MESSAGES, found.ids), kinds.RECEIVED: texts[:MOST]}


def joined(first: Rows, second: Rows) -> Rows:
    """Return all rows once."""
    return {
        kind: list({row.pk: row for row in [*first.get(kind, []), *second.get(kind, [])]}.values())
        for kind in kinds.KINDS
        if kind in first or kind in second
    }
