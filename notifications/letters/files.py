"""Files of letters: what they are called, and the folder, which tells what may become of them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum

from notifications.letters.print_day import print_day
from notifications.models import Notification
from notifications.statuses import Status
from notify_project import storage
from notify_project.storage import Area, FileMissing

# Source: the printer's naming of files. D is duplex, C is colour.
_CLASSES = {"first": "1", "second": "2", "economy": "ECONOMY", "europe": "E", "rest-of-world": "N"}

_OURS = "NOTIFY"


class Folder(StrEnum):
    """Where a letter's file lies; printed is only what is in a day's folder of ``LETTERS``."""

    SCAN = "scan"
    # What a scanner found, and what none has looked at; nobody is given either.
    FAILURE = "failure"
    ERROR = "error"
    INVALID = "invalid"
    LETTERS = "letters"
    TEST = "test"


def file_name(*, reference: str, postage: str, created_at: datetime) -> str:
    """Return what a letter's file is called.

    Args:
        reference: the letter's own, not its caller's.
        postage: how it travels.
        created_at: when it was accepted.
    """
    written_at = created_at.astimezone(UTC).strftime("%Y%m%d%H%M%S")
    return f"{_stable_beginning(reference)}D.{_CLASSES[postage]}.C.{written_at}.PDF"


def class_of(postage: str) -> str:
    """Return the printer's word for how a letter travels."""
    return _CLASSES[postage]


def folder_of(letter: Notification) -> str:
    """Return where a letter's PDF lies once it has been made or checked."""
    if letter.status == Status.VALIDATION_FAILED:
        return Folder.INVALID
    if not letter.is_real:
        # Whatever happens to it, it is not where the printed ones are taken from.
        return Folder.TEST
    return f"{Folder.LETTERS}/{print_day(letter.created_at)}"


def folders_of(letter: Notification) -> list[str]:
    """Return every folder in which a letter may have a file."""
    others = [folder for folder in Folder if folder != Folder.LETTERS]
    return [*others, f"{Folder.LETTERS}/{print_day(letter.created_at)}"]


def store_for_scan(*, reference: str, postage: str, created_at: datetime, pdf: bytes) -> str:
    """Store what a caller sent, before its letter is stored: without a row a file does no harm.

    Returns:
        The file's name.
    """
    name = file_name(reference=reference, postage=postage, created_at=created_at)
    return _save(Folder.SCAN, name, pdf)


def store_pdf(letter: Notification, pdf: bytes) -> str:
    """Store a letter's PDF where it is looked for, and return its name."""
    return _save(folder_of(letter), _name_of(letter), pdf)


def find_pdf(letter: Notification) -> bytes | None:
    """Return a letter's PDF, if it has been made or checked."""
    return _read(folder_of(letter), letter)


def read_unchecked(letter: Notification) -> bytes | None:
    """Return what a caller sent and nobody has checked yet, wherever it waits."""
    pdf = _read(Folder.SCAN, letter)
    return _read(Folder.ERROR, letter) if pdf is None else pdf


def set_aside(letter: Notification, folder: Folder, pdf: bytes) -> str:
    """Store a file where nobody is given it; safe to repeat."""
    return _save(folder, _name_of(letter), pdf)


def delete_unchecked(letter: Notification, *, kept_in: Folder | None = None) -> None:
    """Remove what has been copied, or what waits for nothing any more."""
    for folder in {Folder.SCAN, Folder.ERROR} - {kept_in}:
        for name in _possible_names(folder, letter):
            storage.delete(Area.LETTERS, name)


def names_in_scan() -> list[str]:
    """Return the names of all files that wait for their scan, or were left there."""
    return storage.names(Area.LETTERS, Folder.SCAN)


def reference_in(name: str) -> str:
    """Return the reference of the letter that a file is called after; empty if after none."""
    beginning, _, rest = name.rpartition("/")[2].partition(".")
    return rest.partition(".")[0] if beginning == _OURS else ""


def delete_all(letter: Notification) -> None:
    """Remove every file of a letter; one that is not there does no harm."""
    for folder in folders_of(letter):
        for name in _possible_names(folder, letter):
            storage.delete(Area.LETTERS, name)


def delete_if_erased(letter: Notification) -> None:
    """Remove what was stored while its recipient was erased: call once the letter was moved.

    Whoever erases holds the letter's lock and removes its files. So the move has waited for them,
    whether or not it could be made, and what was stored too late for them is seen here.
    """
    if not Notification.objects.filter(id=letter.id).exclude(to="").exists():
        delete_all(letter)


def _save(folder: str, name: str, pdf: bytes) -> str:
    full_name = f"{folder}/{name}"
    storage.save(Area.LETTERS, full_name, pdf)
    return full_name


def _read(folder: str, letter: Notification) -> bytes | None:
    for name in _possible_names(folder, letter):
        try:
            return storage.read(Area.LETTERS, name)
        except FileMissing:
            continue
    return None


def _possible_names(folder: str, letter: Notification) -> Iterator[str]:
    """Yield the name that a letter's file should have, then those that it might have.

    Its postage may have changed since; what never changes is how its name begins. Listing a
    whole folder costs more than a look.
    """
    if not letter.reference:
        return
    yield f"{folder}/{_name_of(letter)}"
    beginning = f"{folder}/{_stable_beginning(letter.reference)}"
    for name in storage.names(Area.LETTERS, folder):
        if name.startswith(beginning):
            yield name


def _name_of(letter: Notification) -> str:
    if not letter.reference or not letter.postage:
        raise ValueError(f"letter {letter.id} has no reference or no postage")
    return file_name(
        reference=letter.reference, postage=letter.postage, created_at=letter.created_at
    )


def _stable_beginning(reference: str) -> str:
    return f"{_OURS}.{reference.upper()}."
