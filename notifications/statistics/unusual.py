"""What a service sends that a person should look at: texts that fail, or go to nobody."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Count, Q

from notifications.models import Notification
from notifications.statuses import Status
from notify_project.constants import NotificationType

# Source: the delivery pipeline, schedule: the check of high failure rates and television numbers.
WINDOW: Final = timedelta(hours=24)
ENOUGH_TEXTS: Final = 10_000
FAILURE_SHARE: Final = 0.25
TELEVISION_TEXTS: Final = 500
# Source: Ofcom, numbers for use in TV and radio drama: mobile 07700 900000 to 900999.
TELEVISION_NUMBERS: Final = "447700900"
_FAILED = Count("id", filter=Q(status=Status.PERMANENT_FAILURE))
_TELEVISION = Count("id", filter=Q(normalised_to__startswith=TELEVISION_NUMBERS))


@dataclass(frozen=True, slots=True)
class TextsOfADay:
    """The texts of one service within 24 hours that are out of the ordinary.

    Attributes:
        service_id: who sent them.
        count: all of them.
        failed: for good.
        to_television_numbers: to numbers that belong to nobody.
    """

    service_id: UUID
    count: int
    failed: int
    to_television_numbers: int

    @property
    def fail_often(self) -> bool:
        """Did a quarter of many texts fail for good?"""
        return self.count >= ENOUGH_TEXTS and self.failed >= FAILURE_SHARE * self.count

    @property
    def go_to_television(self) -> bool:
        """Did many texts go to numbers that are reserved for television?"""
        return self.to_television_numbers > TELEVISION_TEXTS


def unusual_texts(now: datetime) -> list[TextsOfADay]:
    """Return the services whose real texts of the last 24 hours are out of the ordinary."""
    rows = (
        Notification.objects.filter(
            created_at__gt=now - WINDOW, notification_type=NotificationType.SMS, is_real=True
        )
        .values("service_id")
        .annotate(count=Count("id"), failed=_FAILED, to_television_numbers=_TELEVISION)
        .order_by("service_id")
    )
    found = (TextsOfADay(**row) for row in rows)
    return [each for each in found if each.fail_often or each.go_to_television]
