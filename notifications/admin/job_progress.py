"""What the page of a job shows of how far it has come."""

from datetime import datetime
from typing import Any, Final

from notifications.jobs.progress import Progress, progress_of
from notifications.jobs.words import job_in_words, message_in_words
from notifications.models import Job
from notify_project.clock import LONDON

# How often the page asks how it goes: while rows are stored, and while messages go out.
_SECONDS_STORING: Final = 2
_SECONDS_SENDING: Final = 10


def progress_shown(job: Job) -> dict[str, Any]:
    """Return what the template needs."""
    found = progress_of(job.id)
    kind = job.template.template_type
    counts = [
        (message_in_words(status, kind), f"{count:,}")
        for status, count in sorted(found.counts.items())
    ]
    return {
        "file_name": job.original_file_name,
        "times": [(words, london_time(at)) for words, at in _times(job) if at is not None],
        "percent": min(100, 100 * found.stored // found.total),
        "progress": found,
        "state": job_in_words(_status_shown(found)),
        "counts": counts,
        "seconds": _seconds(found),
    }


def _status_shown(found: Progress) -> str:
    """Return the status that a job has once somebody compares it with its rows."""
    is_complete = found.status == Job.Status.FINISHED and found.is_stored
    return Job.Status.ALL_CREATED if is_complete else found.status


def london_time(at: datetime) -> str:
    """Write a time as people in London read it."""
    return f"{at.astimezone(LONDON):%-d %b %Y %H:%M}"


def _times(job: Job) -> list[tuple[str, datetime | None]]:
    return [
        ("Created", job.created_at),
        ("Planned for", job.scheduled_for),
        ("Begun", job.processing_started),
        ("All rows handed out", job.processing_finished),
    ]


def _seconds(found: Progress) -> int | None:
    """Return when to ask again; None if nothing changes by itself."""
    if not found.is_moving:
        return None
    return _SECONDS_SENDING if found.is_stored else _SECONDS_STORING
