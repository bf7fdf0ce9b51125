"""How far a job has come, by its rows."""

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count

from notifications.models import Job, Notification
from notifications.statuses import HANDED_OVER, Status

_ENDED = frozenset({Job.Status.CANCELLED, Job.Status.LIMITS_EXCEEDED})


@dataclass(frozen=True, slots=True)
class Progress:
    """What is known of a job's rows; those that were deleted since are not counted.

    Attributes:
        status: of the job.
        total: rows of the file.
        counts: how many messages there are in each status.
    """

    status: Job.Status
    total: int
    counts: Counter[str]

    @property
    def stored(self) -> int:
        """Return how many rows have their message."""
        return self.counts.total()

    @property
    def handed_over(self) -> int:
        """Return how many messages a provider has taken."""
        return sum(self.counts[status] for status in HANDED_OVER)

    @property
    def unsendable(self) -> int:
        """Return how many rows cannot be sent."""
        return self.counts[Status.VALIDATION_FAILED]

    @property
    def is_refused(self) -> bool:
        """Say whether the job ended without being sent."""
        return self.status in _ENDED

    @property
    def is_stored(self) -> bool:
        """Say whether every row has its message."""
        return self.status == Job.Status.ALL_CREATED or self.stored >= self.total


def progress_of(job_id: UUID) -> Progress:
    """Return how far a job has come.

    Raises:
        Job.DoesNotExist: there is none.
    """
    job = Job.objects.get(id=job_id)
    rows = Notification.objects.filter(job=job).order_by().values_list("status")
    counts = Counter(dict(rows.annotate(count=Count("*"))))
    return Progress(Job.Status(job.job_status), job.notification_count, counts)
