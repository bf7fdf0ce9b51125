"""Check letters again whose check failed for want of a scanner, or of anything else of ours."""

from uuid import UUID

from notifications import lifecycle
from notifications.letters.precompiled.check_letters import NOT_CHECKED, NOT_SCANNED
from notifications.models import Notification
from notifications.statuses import Status
from notify_project import clock
from notify_project.constants import NotificationType

REASONS = (NOT_SCANNED, NOT_CHECKED)
BATCH = 500


def count_unchecked() -> int:
    """Count the letters whose check failed and can be made again."""
    return (
        Notification.objects.filter(
            notification_type=NotificationType.LETTER,
            status=Status.TECHNICAL_FAILURE,
            failure_reason__in=REASONS,
        )
        .exclude(to="")
        .count()
    )


def check_again(letter_id: UUID | None = None) -> int:
    """Let one letter, or all whose check failed, wait for it once more; return how many.

    They are found within a minute. Running it twice does them no harm.

    Args:
        letter_id: only this one.
    """
    now, total = clock.now(), 0
    while True:
        count = lifecycle.check_letters_again(REASONS, now=now, limit=BATCH, letter_id=letter_id)
        total += count
        if count < BATCH:
            return total
