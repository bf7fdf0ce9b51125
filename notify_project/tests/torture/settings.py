"""The settings of production, with short times for tasks whose worker was killed."""

from notify_project.settings import *  # noqa: F403
from notify_project.settings import RQ_QUEUES

# A mailing of some hundred rows is stored by several tasks.
JOB_ROWS_OF_A_TASK = 100

# Another worker takes over what was running this long after its worker died, and ten seconds.
ABANDONED_SECONDS = 5
for name in ("receipts", "database"):
    RQ_QUEUES[name]["DEFAULT_TIMEOUT"] = ABANDONED_SECONDS
