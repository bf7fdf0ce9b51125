"""The class of every worker process: no fork per task, and quick to take over from the dead."""

from typing import Any

from django.db import close_old_connections
from rq import SimpleWorker
from rq.job import Job
from rq.queue import Queue


class NotifyWorker(SimpleWorker):
    """A worker that runs tasks in its own process and looks after abandoned ones every 15 s."""

    log_result_lifespan = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # A blocked worker looks at maintenance only when it wakes, every worker_ttl - 15 s,
        # whatever maintenance_interval says.
        kwargs.update(worker_ttl=30, maintenance_interval=15, log_job_description=False)
        super().__init__(*args, **kwargs)

    def get_heartbeat_ttl(self, job: Job, working_time: float = 0.0) -> int:
        """Return the seconds after which another worker may call this task abandoned."""
        del working_time
        return int(job.timeout or 60) + 10

    def perform_job(self, job: Job, queue: Queue) -> bool:
        """Run a task with a database connection that is known to be fresh."""
        close_old_connections()
        try:
            return super().perform_job(job, queue)
        finally:
            close_old_connections()
