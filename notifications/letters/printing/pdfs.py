"""The PDFs of letters that are ready to be printed, by what never changes of a letter."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Protocol, TypeVar

from notifications.letters import files
from notifications.letters.files import Folder
from notifications.letters.print_day import print_day
from notify_project import storage
from notify_project.storage import Area, FileMissing

Found = TypeVar("Found")


class Printable(Protocol):
    """What a letter's file is called after."""

    @property
    def reference(self) -> str | None:
        """The letter's own."""

    @property
    def postage(self) -> str:
        """How it travels."""

    @property
    def created_at(self) -> datetime:
        """When it was accepted."""


def name_of(letter: Printable) -> str:
    """Return what a letter's file is called, in our folder and in the printer's file."""
    return files.file_name(
        reference=letter.reference or "", postage=letter.postage, created_at=letter.created_at
    )


def size_of(letter: Printable) -> int | None:
    """Return how long a letter's PDF is; None if there is none."""
    return _first(letter, storage.size)


def read(letter: Printable) -> bytes | None:
    """Return a letter's PDF, if there is one."""
    return _first(letter, storage.read)


def _first(letter: Printable, ask: Callable[[Area, str], Found]) -> Found | None:
    for name in _possible_names(letter):
        try:
            return ask(Area.LETTERS, name)
        except FileMissing:
            continue
    return None


def _possible_names(letter: Printable) -> Iterator[str]:
    """Yield the name that a file should have, then that with another postage: it may change."""
    folder = f"{Folder.LETTERS}/{print_day(letter.created_at)}"
    yield f"{folder}/{name_of(letter)}"
    for name in storage.names(Area.LETTERS, folder):
        if files.reference_in(name) == letter.reference:
            yield name
