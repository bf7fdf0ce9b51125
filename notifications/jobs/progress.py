"""How far a job has come, by its rows, and by facts once these may be deleted."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import Count, Sum

from notifications.models import FactNotificationStatus, Job, Notification
from notifications.statuses import HANDED_OVER, Status
from notify_project import clock

_ENDED = frozenset({Job.Status.CANCELLED, Job.Status.LIMITS_EXCEEDED})
_MOVING = frozenset(
    {Job.Status.PENDING, Job.Status.IN_PROGRESS, Job.Status.ERROR, Job.Status.FINISHED}
)
# The days for which messages are kept at least; by then their facts do not change any more.
_LIVE_DAYS = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Progress:
    """What is known of a job's rows.

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

    @property
    def is_moving(self) -> bool:
        """Say whether it looks different in a moment, without anybody's doing."""
        waits = any(self.counts[status] for status in (Status.CREATED, Status.SENDING))
        is_held = self.status == Job.Status.PAUSED or self.is_refused
        return not is_held and (waits or self.status in _MOVING)


def progress_of(job_id: UUID) -> Progress:
    """Return how far a job has come.

    Raises:
        Job.DoesNotExist: there is none.
    """
    job = Job.objects.get(id=job_id)
    return Progress(Job.Status(job.job_status), job.notification_count, _counts(job))


def _counts(job: Job) -> Counter[str]:
    """Count the messages of a job: live rows of a new one, facts of an older one."""
    began = job.processing_started or job.scheduled_for or job.created_at
    if clock.london_day(began) > clock.london_today() - _LIVE_DAYS:
        return _live_counts(job)
    facts = FactNotificationStatus.objects.filter(job_id=job.id).order_by().values_list("status")
    counts = Counter(dict(facts.annotate(count=Sum("notification_count"))))
    if counts.total() >= job.notification_count:
        return counts
    # Nobody counts messages that reach nobody, nor a day whose facts are not there.
    return max(counts, _live_counts(job), key=Counter.total)


def _live_counts(job: Job) -> Counter[str]:
    rows = Notification.objects.filter(job=job).order_by().values_list("status")
    return Counter(dict(rows.annotate(count=Count("*"))))
