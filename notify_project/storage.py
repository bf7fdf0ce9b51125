"""Files, by area: on disk or in an S3-compatible store, whichever the installation has."""

from datetime import datetime
from enum import StrEnum

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages


class Area(StrEnum):
    """What files are for; each area is one alias of ``settings.STORAGES``."""

    BRANDING = "branding"
    DOCUMENTS = "documents"
    JOBS = "jobs"
    LETTERS = "letters"


class FileMissing(Exception):
    """There is no file of that name."""


def save(area: Area, name: str, content: bytes) -> None:
    """Write a file; one of the same name is replaced."""
    # Without a known kind S3 takes the name's ending for one, and packs what seems to be text.
    file = ContentFile(content)
    file.content_type = "application/octet-stream"  # type: ignore[attr-defined]  # read by S3
    saved = _storage(area).save(name, file)
    if saved != name:
        _storage(area).delete(saved)
        raise RuntimeError(f"the storage of {area} renames files instead of replacing them")


def read(area: Area, name: str) -> bytes:
    """Return a file's content.

    Raises:
        FileMissing: there is none.
    """
    try:
        with _storage(area).open(name) as file:
            content: bytes = file.read()
    except FileNotFoundError as error:
        raise FileMissing(name) from error
    return content


def delete(area: Area, name: str) -> None:
    """Remove a file; one that is not there is no trouble."""
    _storage(area).delete(name)


def names(area: Area, folder: str) -> list[str]:
    """Return the full names of the files in a folder, sorted; none if there is no such folder."""
    try:
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
        return _storage(area).get_modified_time(name)
    except FileNotFoundError as error:
        raise FileMissing(name) from error


def _storage(area: Area) -> Storage:
    return storages[area]
