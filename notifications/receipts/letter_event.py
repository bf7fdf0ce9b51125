"""What a printer reports of a letter, read and checked."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from notifications.statuses import Status
from notify_project.api.errors import ValidationFailed
from notify_project.api.schema import Schema, parse_uuid

# Source: the API contract, callbacks the server receives from providers: letter event.
_STATUSES: Final = {"DESPATCHED": Status.DELIVERED, "REJECTED": Status.TECHNICAL_FAILURE}
_SHEETS, _POSTAGE, _PRODUCT = "totalSheets", "postageClass", "mailingProduct"
_DESPATCH: Final = (_SHEETS, _POSTAGE, _PRODUCT)
# Printers add fields now and then; what is not needed is not judged.
_EVENT = Schema(
    {
        "type": "object",
        "required": ["data"],
        "properties": {
            "data": {
                "type": "object",
                "required": ["jobId", "jobStatus", "transitionDate"],
                "properties": {
                    "jobId": {"type": "string"},
                    "jobStatus": {"enum": list(_STATUSES)},
                    "transitionDate": {"type": "string"},
                    "despatchProperties": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["key", "value"],
                            "properties": {
                                "key": {"type": "string"},
                                "value": {"type": "string"},
                            },
                        },
                    },
                },
            },
            "metadata": {"type": "object"},
        },
    }
)
_NUMBER = re.compile(r"[0-9]{1,4}", re.ASCII).fullmatch
# By which the printer finds the event; anything else there could be a name.
_CORRELATION = re.compile(r"[0-9A-Fa-f-]{8,64}", re.ASCII).fullmatch


@dataclass(frozen=True, slots=True)
class LetterReport:
    """What came of a letter at the printer.

    Attributes:
        notification_id: the letter.
        status: the outcome in our words.
        sheets: how many were posted; nothing of a letter that is refused.
        correlation_id: by which the printer finds the event, or nothing.
        job_id: by which the printer knows the letter; None if as we do.
    """

    notification_id: UUID
    status: Status
    sheets: int | None = None
    correlation_id: str = ""
    job_id: UUID | None = None


def read_event(body: Any, notification_id: UUID) -> LetterReport:
    """Read the body of a printer's call.

    Args:
        body: as it came.
        notification_id: the letter, which the body does not name but by a job.

    Raises:
        ValidationFailed: it says what is missing or wrong.
    """
    _EVENT.require(body)
    data = body["data"]
    job = parse_uuid(data["jobId"])
    problems = [*_problems_of_date(data), *_problems_of_despatch(data)]
    if job is None:
        problems.insert(0, "data jobId is not a valid UUID")
    if job is None or problems:
        raise ValidationFailed(*problems)
    return LetterReport(
        notification_id=notification_id,
        status=_STATUSES[data["jobStatus"]],
        sheets=int(_properties(data)[_SHEETS]) if data["jobStatus"] == "DESPATCHED" else None,
        correlation_id=_correlation_id(body.get("metadata", {})),
        job_id=job,
    )


def _properties(data: dict[str, Any]) -> dict[str, str]:
    return {each["key"]: each["value"] for each in data.get("despatchProperties", [])}


def _problems_of_despatch(data: dict[str, Any]) -> list[str]:
    """A letter that was posted comes with what was posted; one that is refused has nothing."""
    if data["jobStatus"] != "DESPATCHED":
        return []
    if "despatchProperties" not in data:
        return ["data despatchProperties is a required property"]
    found = _properties(data)
    problems = [f"data despatchProperties lacks {name}" for name in _DESPATCH if name not in found]
    if _SHEETS in found and not _NUMBER(found[_SHEETS]):
        problems.append(f"data despatchProperties {_SHEETS} is not a number")
    return problems


def _problems_of_date(data: dict[str, Any]) -> list[str]:
    try:
        datetime.fromisoformat(data["transitionDate"])
    except ValueError:
        return ["data transitionDate is not a date and time"]
    return []


def _correlation_id(metadata: dict[str, Any]) -> str:
    given = metadata.get("correlationId")
    return given if isinstance(given, str) and _CORRELATION(given) else ""
