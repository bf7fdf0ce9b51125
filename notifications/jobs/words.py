"""Where a message of a job and a job stand, in words for people. Pure."""

from typing import Final

from notifications.models import Job
from notifications.statuses import Status
from notify_project.constants import NotificationType

_OF_MESSAGES: Final = {
    Status.CREATED: "Waiting to be sent",
    Status.PENDING_VIRUS_CHECK: "Being checked",
    Status.SENDING: "Handed over, not confirmed yet",
    Status.PENDING: "Handed over, not confirmed yet",
    Status.SENT: "Handed over, and nobody confirms it",
    Status.DELIVERED: "Delivered",
    Status.TEMPORARY_FAILURE: "Not delivered: the inbox took no messages",
    Status.PERMANENT_FAILURE: "Not delivered: there is no such address",
    Status.TECHNICAL_FAILURE: "Not sent: something failed on the way",
    Status.VALIDATION_FAILED: "Not sent: it cannot be sent to this recipient as it is",
    Status.VIRUS_SCAN_FAILED: "Not sent: the file has a virus",
    Status.CANCELLED: "Cancelled",
    Status.RETURNED_LETTER: "Returned",
}
_OF_TEXTS: Final = {
    Status.TEMPORARY_FAILURE: "Not delivered: the phone was off or out of reach",
    Status.PERMANENT_FAILURE: "Not delivered: there is no such number",
}
_OF_LETTERS: Final = {
    Status.CREATED: "Waiting to be printed",
    Status.SENDING: "Handed over to be printed",
    Status.DELIVERED: "Posted",
    Status.PERMANENT_FAILURE: "Not printed",
}
_OF_A_TYPE: Final = {NotificationType.SMS: _OF_TEXTS, NotificationType.LETTER: _OF_LETTERS}
_OF_JOBS: Final = {
    Job.Status.SCHEDULED: "Waits for its time",
    Job.Status.PENDING: "About to begin",
    Job.Status.IN_PROGRESS: "Rows are being stored",
    Job.Status.PAUSED: "Paused",
    Job.Status.FINISHED: "Rows are being stored",
    Job.Status.ALL_CREATED: "All rows are stored",
    Job.Status.LIMITS_EXCEEDED: "Not sent: it would have passed a daily limit",
    Job.Status.CANCELLED: "Cancelled, nothing was sent",
    Job.Status.ERROR: "About to go on",
}


def message_in_words(status: str, notification_type: str) -> str:
    """Say where a message stands."""
    word = Status(status)
    special = _OF_A_TYPE.get(NotificationType(notification_type), {})
    return special.get(word) or _OF_MESSAGES[word]


def job_in_words(status: str) -> str:
    """Say where a job stands."""
    return _OF_JOBS.get(Job.Status(status), status)
