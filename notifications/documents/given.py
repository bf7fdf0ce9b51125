"""Files as they arrive in the personalisation of an email, and the reasons to refuse them."""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.conf import settings

from notifications.documents.kinds import BY_EXTENSION, BY_MIME_TYPE, KINDS, Kind, mime_type_of
from notify_project.api.errors import BadRequest
from notify_project.api.schema import Schema, object_of
from notify_project.virus_scan import is_clean
from services.read_models import ServiceModel

# Source: the API contract, files by e-mail.
MAX_BYTES: Final = 2 * 1024 * 1024
MAX_FILENAME: Final = 100
DEFAULT_WEEKS: Final = 26
CSV: Final = BY_EXTENSION[".csv"]
_BOOLEAN = "Unsupported value for {name}: {{value}}. Use a boolean true or false value."
_RETENTION = (
    "Unsupported value for retention_period: {value}. Supported periods are from 1 to 78 weeks."
)
_FILE = Schema(
    object_of(
        {
            "file": {"type": "string"},
            "is_csv": {"type": ["boolean", "null"], "refusal": _BOOLEAN.format(name="is_csv")},
            "confirm_email_before_download": {
                "type": ["boolean", "null"],
                "refusal": _BOOLEAN.format(name="confirm_email_before_download"),
            },
            "retention_period": {
                "type": ["string", "null"],
                "pattern": r"(?i)^\s*([1-9]|[1-6][0-9]|7[0-8]) weeks?\s*$",
                "refusal": _RETENTION,
            },
            "filename": {
                "type": ["string", "null"],
                "pattern": r"\.",
                "refusal": "`filename` must end with a file extension. For example, filename.csv",
            },
        },
        required=("file",),
    )
    | {
        # Present is enough: null counts.
        "allOf": [
            {
                "not": {"required": ["is_csv", "filename"]},
                "refusal": "Do not set a value for `is_csv` if `filename` is set.",
            }
        ]
    }
)


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A file that may be published, and how.

    Attributes:
        key: its name in the personalisation.
        content: decoded.
        filename: as given, if it was.
        mime_type: what the download is announced as.
        extension: with its dot.
        confirm_email: the recipient's address is asked for before the download.
        retention_weeks: how long it can be downloaded.
    """

    key: str
    content: bytes = field(repr=False)
    filename: str | None = field(repr=False)
    mime_type: str
    extension: str
    confirm_email: bool
    retention_weeks: int


def files_of(personalisation: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the values that are files, by their keys."""
    return {
        key: value
        for key, value in personalisation.items()
        if isinstance(value, dict) and "file" in value
    }


def require_fitting(files: Mapping[str, dict[str, Any]]) -> None:
    """Check each file against the schema.

    Raises:
        ValidationFailed: all violations of the first file that has any.
    """
    for file in files.values():
        _FILE.require(file)


def require_set_up(service: ServiceModel) -> None:
    """Refuse files of a service that does not say whom recipients can ask about them."""
    if not service.contact_link:
        raise BadRequest(
            "Send files by email has not been set up - add contact details for your service at "
            f"{settings.ADMIN_URL}/services/{service.id}/service-settings/send-files-by-email"
        )


def opened(files: Mapping[str, dict[str, Any]]) -> list[GivenFile]:
    """Decode files that fit the schema.

    Raises:
        BadRequest: one of them cannot be sent; the message says why.
        ServiceUnavailable: there is a virus scanner and it does not answer.
    """
    return [_open(key, file) for key, file in files.items()]


def _open(key: str, file: dict[str, Any]) -> GivenFile:
    content = _decode(file["file"])
    filename = file.get("filename")
    kind = _kind(content, filename, is_csv=file.get("is_csv") is True)
    if filename is not None and len(filename) > MAX_FILENAME:
        raise BadRequest(f"`filename` cannot be longer than {MAX_FILENAME} characters")
    if not is_clean(content):
        raise BadRequest("File did not pass the virus scan")
    return GivenFile(
        key=key,
        content=content,
        filename=filename,
        mime_type=kind.mime_type,
        extension=kind.extension,
        confirm_email=file.get("confirm_email_before_download") is not False,
        retention_weeks=_weeks(file.get("retention_period")),
    )


def _decode(text: str) -> bytes:
    try:
        content = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise BadRequest("Document is not base64 encoded") from error
    if len(content) > MAX_BYTES:
        raise BadRequest("Uploaded file exceeds file size limit")
    return content


def _kind(content: bytes, filename: str | None, *, is_csv: bool) -> Kind:
    """Return the kind that the name's ending tells, or else the content."""
    if filename is not None:
        ending = "." + filename.rpartition(".")[2].lower()
        return BY_EXTENSION.get(ending) or _refuse(ending)
    if is_csv:
        return CSV
    mime_type = mime_type_of(content)
    return BY_MIME_TYPE.get(mime_type) or _refuse(mime_type)


def _refuse(kind: str) -> Kind:
    supported = ", ".join(f"'{each.extension}'" for each in KINDS)
    raise BadRequest(f"Unsupported file type '{kind}'. Supported types are: {supported}")


def _weeks(period: str | None) -> int:
    found = re.search(r"\d+", period or "")
    return int(found[0]) if found else DEFAULT_WEEKS
