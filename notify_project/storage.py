"""Files that are kept outside the database: documents and letters, by name."""

from enum import StrEnum

from django.core.files.base import ContentFile
from django.core.files.storage import storages


class Area(StrEnum):
    """Where a file belongs; each has its own entry in ``settings.STORAGES``."""

    DOCUMENTS = "documents"
    LETTERS = "letters"


class FileMissing(Exception):
    """There is no file of that name."""


def save(area: Area, name: str, content: bytes) -> None:
    """Store a file; one of that name is replaced."""
    storages[area].save(name, ContentFile(content))


def read(area: Area, name: str) -> bytes:
    """Return what a file holds.

    Raises:
        FileMissing: it does not exist.
    """
    try:
        with storages[area].open(name, "rb") as file:
            content: bytes = file.read()
    except FileNotFoundError as error:
        raise FileMissing(f"{area} holds no {name}") from error
    return content


def delete(area: Area, name: str) -> None:
    """Remove a file; it is fine if it is gone."""
    storages[area].delete(name)


def names(area: Area, folder: str) -> list[str]:
    """Return the names of the files of a folder; none if there is no such folder."""
    try:
        _, found = storages[area].listdir(folder)
    except FileNotFoundError:
        return []
    return sorted(f"{folder.rstrip('/')}/{name}" for name in found)
