"""What is measured when somebody asks: the names, once."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Gauge:
    """A number that goes up and down."""

    name: str
    help: str
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What a gauge shows, for these values of its labels."""

    gauge: Gauge
    value: float
    labels: tuple[str, ...] = ()


UP = Gauge("notify_up", "Whether a server, or the scheduler, answers.", ("part",))

LANE_WAITING = Gauge("notify_lane_waiting", "Texts and emails that could be sent now.", ("lane",))
LANE_OLDEST = Gauge(
    "notify_lane_oldest_seconds",
    "How long the longest of them could have been sent; of a held lane 0.",
    ("lane",),
)
NEVER_STARTED = Gauge(
    "notify_never_started", "Accepted texts and emails that no worker has taken for too long."
)
OUTBOX_WAITING = Gauge("notify_outbox_waiting", "What services must still be told.")
OUTBOX_OLDEST = Gauge("notify_outbox_oldest_seconds", "Age of the oldest of that.")
LETTERS = Gauge("notify_letters", "Letters that have no outcome, or failed here.", ("status",))
LETTERS_OLDEST = Gauge("notify_letters_oldest_seconds", "Age of the oldest of them.", ("status",))
PRINT_BATCHES = Gauge(
    "notify_print_batches", "Print batches that are not with the printer yet.", ("state",)
)
PRINT_BATCHES_OLDEST = Gauge(
    "notify_print_batches_oldest_seconds", "Age of the oldest of them.", ("state",)
)
PROVIDER_UNANSWERED = Gauge(
    "notify_provider_unanswered",
    "Messages that a provider took in the last ten minutes, as long as no receipt is among them.",
    ("provider",),
)
PERIODIC_LATE = Gauge(
    "notify_periodic_late_seconds",
    "Time since the first slot of a periodic task that has not been run to its end.",
    ("task",),
)

HOLDS = Gauge("notify_holds", "What is held back from being sent.", ("kind",))
HOLDS_OLDEST = Gauge("notify_holds_oldest_seconds", "Age of the oldest of them.", ("kind",))

TEMPLATE_CHANGES_LATE = Gauge(
    "notify_template_changes_late",
    "Approved changes of templates that should have been published five minutes ago.",
)

QUEUE_TASKS = Gauge("notify_queue_tasks", "Tasks that wait for a worker.", ("queue",))
QUEUE_OLDEST = Gauge("notify_queue_oldest_seconds", "Age of the first of them.", ("queue",))
QUEUE_WORKERS = Gauge("notify_queue_workers", "Worker processes that read a queue.", ("queue",))
FAILED_TASKS = Gauge("notify_failed_tasks", "Tasks that failed for good.", ("queue",))
FAILED_OLDEST = Gauge("notify_failed_oldest_seconds", "Age of the oldest of them.", ("queue",))

ALL = tuple(value for value in list(globals().values()) if isinstance(value, Gauge))
