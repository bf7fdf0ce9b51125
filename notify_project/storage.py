"""Files, by area: on disk or in an S3-compatible store, whichever the installation has."""

import logging
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import IO, TypeVar
from uuid import uuid4

from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, Storage, storages

from notify_project.api.errors import ServiceUnavailable
from notify_project.metrics import Counter

logger = logging.getLogger(__name__)
Owner = TypeVar("Owner")

# Who waits for a storage that does not answer to so many calls in a row waits in vain.
FAILURES_IN_A_ROW = 10
FAILED = Counter(
    "notify_files_failed_total",
    "Files that could not be stored, read or removed, for want of space or of an answer.",
    ("area",),
)


class Area(StrEnum):
    """What files are for; each area is one alias of ``settings.STORAGES``."""

    BRANDING = "branding"
    DOCUMENTS = "documents"
    JOBS = "jobs"
    LETTERS = "letters"
    REPORTS = "reports"


class FileMissing(Exception):
    """There is no file of that name."""


class StorageAway(ServiceUnavailable):
    """The storage is full, or broken, or does not answer; the request may be repeated."""

    def __init__(self) -> None:
        super().__init__("Files cannot be stored or read at the moment, try again")


class WholeFiles(FileSystemStorage):
    """A folder in which a name leads to a whole file or to none.

    However full the disk is, and also after its machine has lost power: what was saved may stand in
    a row that says so.
    """

    def _save(self, name: str, content: "File[bytes]") -> str:
        half = str(PurePosixPath(name).with_name(f".half-{uuid4().hex}"))
        path = Path(self.path(name))
        try:
            super()._save(half, content)  # type: ignore[misc]  # what storages override
            _flush(Path(self.path(half)))
            Path(self.path(half)).replace(path)
            _flush(path.parent)
        except BaseException:
            with suppress(OSError):
                self.delete(half)
            raise
        return name


def _flush(path: Path) -> None:
    """Wait until a file, or what a folder lists, is on the disk."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def save(area: Area, name: str, content: bytes) -> None:
    """Write a file; one of the same name is replaced.

    Raises:
        StorageAway: it is not stored; of that name is what was before, or nothing.
    """
    _save(area, name, ContentFile(content))


def save_file(area: Area, name: str, content: IO[bytes]) -> None:
    """Write a file that is too long for the memory; one of the same name is replaced.

    Raises:
        StorageAway: it is not stored; of that name is what was before, or nothing.
    """
    _save(area, name, File(content))


def opened(area: Area, name: str) -> IO[bytes]:
    """Open a file to be read bit by bit; whoever calls closes it.

    Raises:
        FileMissing: there is none.
        StorageAway: it cannot be said whether there is one.
    """
    try:
        with _failures_told(area):
            file: IO[bytes] = _storage(area).open(name)
    except FileNotFoundError as error:
        raise FileMissing(name) from error
    return file


def read(area: Area, name: str) -> bytes:
    """Return a file's content.

    Raises:
        FileMissing: there is none.
        StorageAway: it cannot be said whether there is one, or what it holds.
    """
    try:
        with _failures_told(area), _storage(area).open(name) as file:
            content: bytes = file.read()
    except FileNotFoundError as error:
        raise FileMissing(name) from error
    return content


def size(area: Area, name: str) -> int:
    """Return how long a file is.

    Raises:
        FileMissing: there is none.
        StorageAway: it cannot be said.
    """
    try:
        with _failures_told(area):
            return _storage(area).size(name)
    except FileNotFoundError as error:
        raise FileMissing(name) from error


def delete(area: Area, name: str) -> None:
    """Remove a file; one that is not there is no trouble.

    Raises:
        StorageAway: it may still be there.
    """
    with _failures_told(area):
        _storage(area).delete(name)


def delete_each(
    owners: Iterable[Owner], delete_files: Callable[[Owner], None]
) -> tuple[list[Owner], list[StorageAway]]:
    """Delete the files of many; one that cannot be deleted does not keep those of the others.

    Returns:
        Who has no file left, and what went wrong with others. Whoever comes after too many
        failures in a row is in neither.
    """
    gone: list[Owner] = []
    errors: list[StorageAway] = []
    failed = 0
    for owner in owners:
        if failed == FAILURES_IN_A_ROW:
            break
        try:
            delete_files(owner)
        except StorageAway as error:
            errors.append(error)
            failed += 1
        else:
            gone.append(owner)
            failed = 0
    return gone, errors


def names(area: Area, folder: str) -> list[str]:
    """Return the full names of the files in a folder, sorted; none if there is no such folder.

    Raises:
        StorageAway: it cannot be said what is there.
    """
    try:
        with _failures_told(area):
            _, found = _storage(area).listdir(folder)
    except FileNotFoundError:
        return []
    return sorted(f"{folder}/{name}" for name in found if name)


def modified_at(area: Area, name: str) -> datetime:
    """Return when a file was written.

    Raises:
        FileMissing: there is none.
    """
    try:
        with _failures_told(area):
            return _storage(area).get_modified_time(name)
    except FileNotFoundError as error:
        raise FileMissing(name) from error


def _save(area: Area, name: str, file: "File[bytes]") -> None:
    # Without a known kind S3 takes the name's ending for one, and packs what seems to be text.
    file.content_type = "application/octet-stream"  # type: ignore[attr-defined]  # read by S3
    with _failures_told(area):
        saved = _storage(area).save(name, file)
    if saved != name:
        _storage(area).delete(saved)
        raise RuntimeError(f"the storage of {area} renames files instead of replacing them")


def _storage(area: Area) -> Storage:
    return storages[area]


def _failures() -> tuple[type[Exception], ...]:
    """Return what storages raise when they fail: the system's errors, and those of S3.

    The library of S3 is not always installed, and too big to be loaded before it is needed.
    """
    if "boto3" not in sys.modules:
        return (OSError,)
    from boto3.exceptions import Boto3Error  # noqa: PLC0415
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    return (OSError, Boto3Error, BotoCoreError, ClientError)


@contextmanager
def _failures_told(area: Area) -> Iterator[None]:
    """Turn what a storage raises when it fails into one error, logged without a file's name."""
    try:
        yield
    except FileNotFoundError:
        raise
    except _failures() as error:
        FAILED.count(area.value)
        reason = getattr(error, "strerror", None) or type(error).__name__
        logger.error("the storage of %s failed: %s", area, reason)  # noqa: TRY400 - says it all
        raise StorageAway from error
