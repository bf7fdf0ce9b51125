"""The stored file of a job, as CSV text, and beside it what was found when it was checked."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from uuid import UUID

import orjson

from notify_project import storage
from notify_project.storage import Area


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What decides about a job, whatever its creator says.

    Attributes:
        notification_count: rows.
        international_count: rows that go to other countries.
        template_version: that the rows were checked against.
        valid: whether every row can be sent.
        sender_id: of the texts' sender, or of the reply-to address; None is the default one.
    """

    notification_count: int
    international_count: int
    template_id: UUID
    template_version: int
    original_file_name: str
    valid: bool
    sender_id: UUID | None
    uploaded_at: datetime


def save(service_id: UUID, job_id: UUID, csv_text: bytes, metadata: Metadata) -> None:
    """Store a file; its metadata comes last, so that what has metadata is complete."""
    text = orjson.dumps(metadata, default=datetime.isoformat)
    storage.save(Area.JOBS, _name(service_id, job_id, "csv"), csv_text)
    storage.save(Area.JOBS, _name(service_id, job_id, "json"), text)


def replace_text(service_id: UUID, job_id: UUID, csv_text: bytes) -> None:
    """Replace the CSV text; what was found when the file was checked stays."""
    storage.save(Area.JOBS, _name(service_id, job_id, "csv"), csv_text)


def read(service_id: UUID, job_id: UUID) -> bytes:
    """Return the CSV text.

    Raises:
        FileMissing: there is none, or not any more.
    """
    return storage.read(Area.JOBS, _name(service_id, job_id, "csv"))


def read_metadata(service_id: UUID, job_id: UUID) -> Metadata:
    """Return what was found when the file was checked.

    Raises:
        FileMissing: there is none, or not any more.
    """
    values = orjson.loads(storage.read(Area.JOBS, _name(service_id, job_id, "json")))
    for name in ("template_id", "sender_id"):
        values[name] = values[name] and UUID(values[name])
    values["uploaded_at"] = datetime.fromisoformat(values["uploaded_at"])
    return Metadata(**values)


def delete(service_id: UUID, job_id: UUID) -> None:
    """Remove a file with its metadata, which goes first; one that is not there is no trouble."""
    for ending in ("json", "csv"):
        storage.delete(Area.JOBS, _name(service_id, job_id, ending))


def list_ids(service_id: UUID) -> list[UUID]:
    """Return the ids under which files of a service are stored."""
    names = map(PurePath, storage.names(Area.JOBS, _folder(service_id)))
    return [UUID(name.stem) for name in names if name.suffix == ".csv"]


def stored_at(service_id: UUID, job_id: UUID) -> datetime:
    """Return when a file was stored.

    Raises:
        FileMissing: there is none, or not any more.
    """
    return storage.modified_at(Area.JOBS, _name(service_id, job_id, "csv"))


def _folder(service_id: UUID) -> str:
    return f"service-{service_id}-notify"


def _name(service_id: UUID, job_id: UUID, ending: str) -> str:
    return f"{_folder(service_id)}/{job_id}.{ending}"
