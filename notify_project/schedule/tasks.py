"""What workers run for the schedule."""

import logging
from datetime import datetime

from notify_project import clock
from notify_project.metrics import LONG, Histogram
from notify_project.schedule import runs
from notify_project.schedule.plan import PERIODIC_TASKS

logger = logging.getLogger(__name__)

RUNS = Histogram(
    "notify_periodic_run_seconds",
    "How long a periodic task ran, and how that ended: done or failed.",
    ("task", "outcome"),
    LONG,
)


def run_periodic(name: str, slot: str) -> None:
    """Run one slot of a periodic task and record how it went.

    Args:
        name: of the task.
        slot: the planned instant.
    """
    task, planned, begun = PERIODIC_TASKS.get(name), datetime.fromisoformat(slot), clock.now()
    if task is None:
        logger.warning("periodic task %s is not known any more", name)
        return
    if runs.is_done(name, planned):
        return
    logger.info("periodic task %s of %s begins", name, slot)
    try:
        task.run()
    except Exception as error:
        ended = clock.now()
        runs.mark_failed(name, planned, ended, detail=type(error).__name__)
        RUNS.observe((ended - begun).total_seconds(), name, "failed")
        raise
    ended = clock.now()
    runs.mark_done(name, planned, ended)
    seconds = (ended - begun).total_seconds()
    RUNS.observe(seconds, name, "done")
    logger.info("periodic task %s of %s took %.1f s", name, slot, seconds)
