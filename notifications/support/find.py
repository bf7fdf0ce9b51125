"""Find a person in everything that is stored; every look leaves an audit event, never of whom."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from notifications.models import PersonRequest
from notifications.support import (
    answers,
    calls,
    documents,
    messages,
    people,
    received,
    refusals,
    stored_files,
    waiting,
)
from notifications.support.person import Person
from notifications.support.running import Tell, require_reason
from notify_project import audit, clock
from services.models import User

Items = list[dict[str, Any]]

# Where a person is looked for, in the order in which it is shown.
STORES = (
    messages.STORE,
    waiting.STORE,
    stored_files.STORE,
    received.STORE,
    refusals.UNSUBSCRIBE_REQUESTS,
    refusals.SUPPRESSION_ENTRIES,
    people.GUESTS,
    calls.STORE,
    documents.STORE,
    answers.STORE,
    people.ACCOUNTS,
)
# What people call them.
NAMES = {store: store.replace("_", " ").replace("redis", "Redis") for store in STORES}
NOT_SEARCHED = (
    "what messages to others say",
    "the contents of files sent by email and of letters that came as PDFs",
    "references and names of files that services chose",
    "templates and their proposed changes, notes and reasons, logs, backups",
)


@dataclass(frozen=True, slots=True)
class Found:
    """Everything that was found of a person.

    Attributes:
        items: what there is, by store, as an export has it.
        digests: how many wishes protect the person by a digest alone.
        unreadable: messages that wait in Redis and that no key of now decrypts.
    """

    request: PersonRequest
    items: dict[str, Items] = field(repr=False)
    digests: int
    unreadable: int

    @property
    def counts(self) -> dict[str, int]:
        """Return how much there is, by store."""
        return {store: len(self.items[store]) for store in STORES}


def find(
    person: Person, *, actor: User | None, reason: str, case_reference: str = "", tell: Tell
) -> Found:
    """Look for a person everywhere.

    Args:
        person: whom.
        actor: who looks; None is somebody at the command line, or a program.
        reason: why.
        case_reference: what the looker calls the affair.
        tell: is told how far it has come.

    Raises:
        Unaccountable: there is no reason, or it tells who it is.
        redis.RedisError: Redis did not answer.
        StorageAway: stored files cannot be read.
    """
    require_reason(person, reason, case_reference)
    request = _begin(person, actor, reason.strip(), case_reference.strip())
    found = _look(person, request, tell)
    request.counts, request.finished_at = found.counts, clock.now()
    request.save(update_fields=["counts", "finished_at"])
    return found


def _begin(person: Person, actor: User | None, reason: str, case_reference: str) -> PersonRequest:
    """Write the audit event before anything is seen: a look that ends half way was one."""
    with transaction.atomic():
        request = PersonRequest.objects.create(
            kind=PersonRequest.Kind.FIND,
            digests=person.digests,
            actor=actor,
            reason=reason,
            case_reference=case_reference,
        )
        after = {"digests": person.digests, "case": case_reference}
        audit.record("find person", request, actor=actor, after=after, reason=reason)
    return request


def _look(person: Person, request: PersonRequest, tell: Tell) -> Found:
    waits = list(waiting.find_waiting(person, tell))
    files = list(stored_files.find_rows(person, tell))
    rows = _messages(person, files)
    ids = [row.id for row in rows]
    texts = received.find_received_texts(person, tell)
    requests = refusals.find_unsubscribe_requests(person, tell)
    entries = refusals.find_suppression_entries(person)
    readable_requests = [row for row in requests if row.email_address]
    readable_entries = [row for row in entries if row.recipient]
    told = [
        *calls.find_of_messages(ids),
        *calls.find_of_received_texts([row.id for row in texts]),
        *calls.find_orphans(person, tell),
    ]
    items: dict[str, Items] = {
        messages.STORE: list(map(messages.shown, rows)),
        waiting.STORE: [waiting.shown(each) for each in waits if each is not None],
        stored_files.STORE: [row for file in files for row in file.shown()],
        received.STORE: list(map(received.shown, texts)),
        refusals.UNSUBSCRIBE_REQUESTS: list(map(refusals.shown_request, readable_requests)),
        refusals.SUPPRESSION_ENTRIES: list(map(refusals.shown_entry, readable_entries)),
        people.GUESTS: list(map(people.shown_guest, people.find_guests(person))),
        calls.STORE: [calls.shown(row) for row in {row.id: row for row in told}.values()],
        documents.STORE: list(map(documents.shown, documents.find_documents(person, ids))),
        answers.STORE: list(map(answers.shown, answers.find_of_messages(ids))),
        people.ACCOUNTS: list(map(people.shown_account, people.find_accounts(person))),
    }
    digests = len(requests) + len(entries) - len(readable_requests) - len(readable_entries)
    return Found(request, items, digests, sum(each is None for each in waits))


def _messages(person: Person, files: list[stored_files.FoundRows]) -> list[Any]:
    """Return the messages to a person, and those made of rows that name them elsewhere."""
    rows = messages.find_messages(person)
    known = {row.id for row in rows}
    return [*rows, *messages.find_unerased(list(_ids_of_rows(files, known)))]


def _ids_of_rows(files: list[stored_files.FoundRows], known: set[Any]) -> Iterator[Any]:
    for file in files:
        yield from (each for each in file.message_ids if each not in known)
