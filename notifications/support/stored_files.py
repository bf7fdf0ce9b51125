"""Rows about a person in files of recipients, and the messages that were made of them."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from notifications.jobs import files
from notifications.jobs.erasing import empty_rows, note_erased_rows
from notifications.jobs.row_ids import row_id
from notifications.spreadsheets.cells import clean_cell
from notifications.spreadsheets.columns import ADDRESS_LINES, POSTCODE, RECIPIENT_COLUMNS
from notifications.spreadsheets.rows import lines_of
from notifications.support import messages
from notifications.support.person import Person
from notifications.support.running import Erasing, Tell
from notify_project.storage import FileMissing
from services.models import Service
from templates_app.rendering.placeholders import key_of

STORE = "rows_of_files"
_RECIPIENT_KEYS = frozenset(map(key_of, RECIPIENT_COLUMNS.values()))
_ADDRESS_KEYS = tuple(map(key_of, (*ADDRESS_LINES, POSTCODE)))


@dataclass(frozen=True, slots=True)
class FoundRows:
    """What one file says of a person.

    Attributes:
        rows: cells of rows by the row's number, from 0.
        blank: numbers of rows that were emptied; a file that can be sent has no others.
    """

    service_id: UUID
    job_id: UUID
    headings: list[str] = field(repr=False)
    rows: dict[int, list[str]] = field(repr=False)
    blank: frozenset[int]

    @property
    def message_ids(self) -> list[UUID]:
        """Return the ids of the messages that are made of the rows, or will be."""
        return [row_id(self.job_id, number) for number in self.rows]

    def shown(self) -> Iterator[dict[str, Any]]:
        """Yield the rows as an export has them."""
        for number, cells in self.rows.items():
            yield {
                "service_id": self.service_id,
                "job_id": self.job_id,
                "row_number": number,
                "cells": [list(pair) for pair in zip(self.headings, cells, strict=False)],
            }


def find_rows(person: Person, tell: Tell) -> Iterator[FoundRows]:
    """Read every stored file; yield those with a row about a person, or with an emptied one."""
    read = 0
    for service_id in list(Service.objects.order_by("id").values_list("id", flat=True)):
        for job_id in files.list_ids(service_id):
            try:
                text = files.read(service_id, job_id)
            except FileMissing:  # deleted since it was listed
                continue
            read += 1
            found = _search(service_id, job_id, text, person)
            if found.rows or found.blank:
                yield found
            tell(f"read {read:,} files of recipients")


def erase_rows(erasing: Erasing) -> None:
    """Empty the rows about a person; what was not stored of them never will be.

    In an order in which nothing is lost if it ends half way: an emptied row is seen the next time,
    too, and whatever was missing for it is done then.
    """
    for found in find_rows(erasing.person, erasing.tell):
        numbers = found.rows.keys() | found.blank
        was_sent = note_erased_rows(found.job_id, numbers)
        if found.rows:
            empty_rows(found.service_id, found.job_id, found.rows.keys())
            erasing.count(STORE, len(found.rows))
        if not was_sent:
            # It may have been sent meanwhile.
            note_erased_rows(found.job_id, numbers)
        ids = [row_id(found.job_id, number) for number in sorted(numbers)]
        unerased = messages.find_unerased(ids)
        messages.erase_these([row.id for row in unerased], erasing)


def _search(service_id: UUID, job_id: UUID, text: bytes, person: Person) -> FoundRows:
    reader = csv.reader(lines_of(text), skipinitialspace=True)
    headings = [clean_cell(name) for name in next(reader, [])]
    matcher = _Matcher(person, headings)
    rows: dict[int, list[str]] = {}
    blank: set[int] = set()
    for number, cells in enumerate(reader):
        if not any(cells):
            blank.add(number)
        elif matcher.is_about(cells):
            rows[number] = cells
    return FoundRows(service_id, job_id, headings, rows, frozenset(blank))


class _Matcher:
    """Knows in which columns of a file recipients stand, whatever its template makes of them."""

    def __init__(self, person: Person, headings: list[str]) -> None:
        keys = [key_of(name) for name in headings]
        self._person = person
        self._places = [place for place, key in enumerate(keys) if key in _RECIPIENT_KEYS]
        self._address = [keys.index(key) for key in _ADDRESS_KEYS if key in keys]
        if not person.addresses:
            self._address = []

    def is_about(self, cells: list[str]) -> bool:
        """Say whether a row has one of the person's recipients in its columns for them."""
        count = len(cells)
        person = self._person
        if any(place < count and person.is_recipient(cells[place]) for place in self._places):
            return True
        if not self._address:
            return False
        lines = "\n".join(cells[place] for place in self._address if place < count)
        return any(each.is_recipient(lines) for each in person.addresses)
