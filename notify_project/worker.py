"""The class of every worker process: no fork per task, and quick to take over from the dead."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import close_old_connections, connection
from rq import SimpleWorker, worker_registration
from rq.executions import Execution
from rq.job import Job
from rq.queue import Queue
from rq.registry import StartedJobRegistry
from rq.serializers import JSONSerializer

from notify_project import clock, logs
from notify_project.database import reconnect
from notify_project.queues import REQUEST_ID

if TYPE_CHECKING:
    from redis.client import Pipeline

# RQ reports to Redis several times a task; other workers look only after 90 s of silence.
REPORT_EVERY = timedelta(seconds=5)


class NotifyWorker(SimpleWorker):
    """A worker that runs tasks in its own process and looks after abandoned ones every 15 s.

    Attributes:
        was_stopped: a signal ended the work, not a failure.
    """

    log_result_lifespan = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # A blocked worker looks at maintenance only when it wakes, every worker_ttl - 15 s,
        # whatever maintenance_interval says.
        kwargs.update(
            worker_ttl=30,
            maintenance_interval=15,
            log_job_description=False,
            # The default unpickles: whoever can write to Redis could run code.
            serializer=JSONSerializer,
        )
        super().__init__(*args, **kwargs)
        self.was_stopped = False

    def request_stop(self, signum: int, frame: Any) -> None:
        """End the work after the running task."""
        self.was_stopped = True
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]  # RQ has no types

    def get_heartbeat_ttl(self, job: Job, working_time: float = 0.0) -> int:
        """Return the seconds after which another worker may call this task abandoned."""
        del working_time
        return int(job.timeout or 60) + 10

    def heartbeat(self, timeout: int | None = None, pipeline: "Pipeline | None" = None) -> None:
        """Report to Redis, unless that is part of nothing and happened a moment ago."""
        last = self.last_heartbeat
        is_lone = timeout is None and pipeline is None
        if not is_lone or last is None or clock.now() - last >= REPORT_EVERY:
            super().heartbeat(timeout, pipeline)
            if is_lone:
                # Who reads a queue is asked of lists that a Redis that lost all has not got.
                worker_registration.register(self)

    def set_state(self, state: str, pipeline: "Pipeline | None" = None) -> None:
        """Write the state if it is another one: RQ says twice after each task that it is idle."""
        if state != self.get_state():
            super().set_state(state, pipeline)

    def perform_job(self, job: Job, queue: Queue, execution: Execution) -> bool:
        """Run a task with a database connection that is known to work."""
        close_old_connections()
        # The database may have been restarted since the last task; beside the cost of a task one
        # more question is nothing.
        if connection.connection is not None and not connection.is_usable():
            connection.close()
        try:
            with logs.belonging_to(job.get_meta(refresh=False).get(REQUEST_ID) or job.id):
                is_done = super().perform_job(job, queue, execution)
            if not is_done:
                reconnect()  # what failed may have failed because of the server
            return is_done
        finally:
            close_old_connections()

    def handle_job_success(
        self,
        job: Job,
        queue: Queue,
        started_job_registry: StartedJobRegistry,
        execution: Execution,
    ) -> None:
        """Forget a task that is done, also if a worker was killed in the middle of it before.

        For a minute RQ still lists the killed worker's execution and does not find it any more;
        it would call the task failed and do it once more.
        """
        ending = (job, queue, started_job_registry, execution)
        try:
            super().handle_job_success(*ending)
        except ValueError:
            if not self._forget_dead_executions(job):
                raise
            super().handle_job_success(*ending)

    def _forget_dead_executions(self, job: Job) -> bool:
        """Drop what is listed of a task and gone; say whether there was any."""
        registry = job.execution_registry
        listed = [Execution(each, job.id, self.connection) for each in registry.get_execution_ids()]
        dead = [each.id for each in listed if not self.connection.exists(each.key)]
        return bool(dead) and bool(self.connection.zrem(registry.key, *dead))
