"""What a person must look at: the same limits in the log and in ``docs/alerts.yml``."""

import logging
import operator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

from notifications.models import LetterPrintBatch
from notifications.statuses import Status
from notify_project.constants import Queue
from notify_project.monitoring import gauges
from notify_project.monitoring.gauges import Gauge, Reading

logger = logging.getLogger(__name__)
State = LetterPrintBatch.State

_MINUTE: Final = timedelta(minutes=1)
_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)
_COMPARE: Final = {">": operator.gt, "<": operator.lt}
# What somebody waits for; all other queues may be an hour behind.
_PROMPT: Final = (
    Queue.PRIORITY,
    Queue.NORMAL,
    Queue.RECEIPTS,
    Queue.CALLBACKS,
    Queue.DATABASE,
    Queue.JOBS,
)
_PATIENT: Final = tuple(queue for queue in Queue if queue not in _PROMPT)


@dataclass(frozen=True, slots=True)
class Alert:
    """A gauge beyond its limit.

    Attributes:
        name: in the log, in the rules for Prometheus and in the guide for operators.
        gauge: what is compared.
        limit: beyond it, it is an alert.
        only: the values of the gauge's label that count; all, if there are none.
        beyond: on which side of the limit.
    """

    name: str
    gauge: Gauge
    limit: float
    only: tuple[str, ...] = ()
    beyond: Literal[">", "<"] = ">"

    def is_raised_by(self, reading: Reading) -> bool:
        """Say whether a reading is beyond the limit."""
        concerns = reading.gauge is self.gauge and (not self.only or reading.labels[0] in self.only)
        return concerns and bool(_COMPARE[self.beyond](reading.value, self.limit))


ALERTS: Final = (
    Alert("QueueUnread", gauges.QUEUE_WORKERS, 1, beyond="<"),
    Alert("NeverStarted", gauges.NEVER_STARTED, 100),
    Alert(
        "LaneBehind",
        gauges.LANE_OLDEST,
        _MINUTE.total_seconds(),
        (Queue.PRIORITY.value, Queue.NORMAL.value),
    ),
    Alert("BulkBehind", gauges.LANE_OLDEST, _HOUR.total_seconds(), (Queue.BULK.value,)),
    Alert(
        "QueueBehind",
        gauges.QUEUE_OLDEST,
        _MINUTE.total_seconds(),
        tuple(queue.value for queue in _PROMPT),
    ),
    Alert(
        "PatientQueueBehind",
        gauges.QUEUE_OLDEST,
        _HOUR.total_seconds(),
        tuple(queue.value for queue in _PATIENT),
    ),
    Alert("TasksFailed", gauges.FAILED_OLDEST, 15 * _MINUTE.total_seconds()),
    Alert("OutboxBehind", gauges.OUTBOX_OLDEST, _HOUR.total_seconds()),
    # As many as make a hundred a minute.
    Alert("ProviderSilent", gauges.PROVIDER_UNANSWERED, 1000),
    Alert("PeriodicTaskLate", gauges.PERIODIC_LATE, _HOUR.total_seconds()),
    Alert("LettersFailed", gauges.LETTERS, 0, (Status.TECHNICAL_FAILURE.value,)),
    Alert(
        "LettersNotScanned",
        gauges.LETTERS_OLDEST,
        2 * _HOUR.total_seconds(),
        (Status.PENDING_VIRUS_CHECK.value,),
    ),
    Alert(
        "LettersNotPrinted",
        gauges.LETTERS_OLDEST,
        36 * _HOUR.total_seconds(),
        (Status.CREATED.value,),
    ),
    Alert(
        "PrintBatchesLate",
        gauges.PRINT_BATCHES_OLDEST,
        4 * _HOUR.total_seconds(),
        (State.PLANNED.value, State.UPLOADING.value),
    ),
    Alert("PrintBatchesUnclear", gauges.PRINT_BATCHES, 0, (State.UNCLEAR.value,)),
    Alert(
        "LettersNotReported",
        gauges.LETTERS_OLDEST,
        5 * _DAY.total_seconds(),
        (Status.SENDING.value,),
    ),
    Alert("TemplateChangesLate", gauges.TEMPLATE_CHANGES_LATE, 0),
    Alert("HeldForLong", gauges.HOLDS_OLDEST, _DAY.total_seconds()),
)


def log_alerts(readings: list[Reading]) -> int:
    """Log an error for every reading beyond a limit, and return how many there were."""
    count = 0
    for alert in ALERTS:
        for reading in filter(alert.is_raised_by, readings):
            count += 1
            logger.error(
                "alert %s: %s%s is %.0f, the limit is %.0f",
                alert.name,
                alert.gauge.name,
                f" of {reading.labels[0]}" if reading.labels else "",
                reading.value,
                alert.limit,
                extra={"alert": alert.name},
            )
    return count
